"""What an auditor takes away: a CSV of exactly what is filtered, and a random sample."""

import secrets
from datetime import UTC, datetime
from typing import Final, Literal

import streamlit as st

from dashboard import formats, services, session
from dashboard.components.address_fields import one_of, text_of
from dashboard.components.audit_table import audit_table
from dashboard.components.csv_export import save_made
from dashboard.components.quiet import quiet
from dashboard.csv_files import CsvFile
from dashboard.queries.audit import every_row, sample
from dashboard.queries.audit_filter import AuditFilter
from dashboard.queries.declared import COUNT_MAX
from dashboard.reports.audit_csv import audit_csv
from dashboard.session import SignedIn

_FILE: Final = "audit-csv"
SAMPLE_SIZES: Final = {each: each for each in ("10", "25", "50", "100")}


def csv_button(signed_in: SignedIn, chosen: AuditFilter, count: int) -> None:
    """Offer the file: first it is made, then it can be saved, or made again as the trail grows."""
    held: tuple[object, CsvFile | None] = session.slot(_FILE, lambda: (None, None))
    made = held[1] if held[0] == chosen else None
    label = "Export CSV" if made is None else "Export again"
    kind: Literal["secondary", "tertiary"] = "secondary" if made is None else "tertiary"
    if st.button(label, icon=":material/table_view:", disabled=count == 0, type=kind):
        session.put(_FILE, (chosen, _made(signed_in, chosen, count)))
        st.rerun()
    if made is None:
        return
    save_made(made, f"audit-{formats.today(datetime.now(UTC))}")
    if made.is_cut:
        quiet(f"The first {made.rows:,} rows; narrow the dates for the rest.")


def _made(signed_in: SignedIn, chosen: AuditFilter, count: int) -> CsvFile:
    bar = st.progress(0.0, "Writing the file")

    def tell(written: int) -> None:
        share = min(1.0, written / count) if count < COUNT_MAX else 0.5
        bar.progress(share, f"{written:,} rows written")

    return audit_csv(every_row(services.database(), signed_in.roles, chosen), tell)


def sample_picker(signed_in: SignedIn, chosen: AuditFilter) -> None:
    """Draw a sample of what is filtered; its size and seed stand in the address."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = one_of("Sample of", "size", SAMPLE_SIZES, "25", width=120)
        seed = text_of(
            "Seed",
            "seed",
            width=160,
            characters_max=40,
            tip="The same seed and filter draw the same events again.",
        )
        st.button("Draw anew", on_click=_new_seed)
    if not seed:
        quiet("Draw anew, or type the seed of an earlier sample.")
        return
    drawn = sample(services.database(), signed_in.roles, chosen, seed, int(size))
    audit_table(signed_in, drawn, "audit-sample")
    quiet(f"{formats.plural(len(drawn), 'event')} drawn with the seed {formats.inert(seed)}")


def _new_seed() -> None:
    st.query_params["seed"] = secrets.token_hex(4)
