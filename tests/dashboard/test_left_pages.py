"""A fragment that comes while another page is asked for does not change which page that is."""

from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from dashboard import asgi


def test_the_page_that_is_asked_for_is_drawn_though_the_last_one_looks_again() -> None:
    """The browser still names the page in hand until it hears of the new one."""
    assert asgi.app, "the desk is what keeps the rule"
    requests = ScriptRequests()
    asked = RerunData(page_script_hash="new", page_name="customer", query_string="id=CUS-12345")
    requests.request_rerun(asked)
    requests.request_rerun(RerunData(page_script_hash="old", fragment_id="pulse"))

    drawn = requests.on_scriptrunner_ready().rerun_data
    assert (drawn.page_script_hash, drawn.page_name) == ("new", "customer")
    assert drawn.query_string == "id=CUS-12345"
    assert drawn.fragment_id_queue == [], "the whole page is drawn"
