"""What still comes from a page that was left does not touch the page that is open.

Streamlit runs a fragment under the page that the browser names. What the browser sent just
before it heard of a new page names the old one: the new page would be taken for the old
again, and the screen be emptied. Two rules hold it off: a fragment of another page than the
open one is not run, and one that comes while a page is asked for does not change which.
ADR 0015 tells how it was found; `tests/journeys/test_left_pages.py` plays it.
"""

from dataclasses import replace

from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType

Runner = script_runner.ScriptRunner
Requests = script_requests.ScriptRequests


def are_left_alone() -> None:
    """Have Streamlit keep both rules; once a process, before the first tab connects."""
    run, ask = Runner._run_script, Requests._request_rerun_locked  # noqa: SLF001 - no public door

    def run_if_open(self: Runner, rerun_data: RerunData) -> None:
        here = self._pages_manager.current_page_script_hash
        if _is_of_a_fragment(rerun_data) and here and rerun_data.page_script_hash != here:
            return
        run(self, rerun_data)

    def ask_for_the_same_page(self: Requests, new_data: RerunData) -> bool:
        waits = self._rerun_data
        is_waiting = self._state is ScriptRequestType.RERUN
        if is_waiting and _is_of_a_fragment(new_data) and not _is_of_a_fragment(waits):
            new_data = replace(
                new_data,
                query_string=waits.query_string,
                page_script_hash=waits.page_script_hash,
                page_name=waits.page_name,
            )
        return ask(self, new_data)

    Runner._run_script = run_if_open  # type: ignore[method-assign]  # noqa: SLF001
    Requests._request_rerun_locked = ask_for_the_same_page  # type: ignore[method-assign]  # noqa: SLF001


def _is_of_a_fragment(asked: RerunData) -> bool:
    return bool(asked.fragment_id or asked.fragment_id_queue)
