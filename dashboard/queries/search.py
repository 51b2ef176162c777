"""One box finds customers, accounts, transactions: what was typed decides where to look.

All looks go in one round trip, and each reads one stretch of an index: ids, beginnings of
fields, beginnings of words, and what stands inside a word by the pieces that begin at each
letter. Eight letters hardly anybody has in common; longer pieces are checked with an escaped
pattern. Of several words, parts are looked for where nobody has them as they were typed.
"""

import re
from collections.abc import Iterator
from typing import Final

from dashboard.queries.declared import DeskDatabase, Stored
from dashboard.queries.found import (
    CHARACTERS_MIN,
    AccountHit,
    AccountOutlineHit,
    CustomerHit,
    CustomerOutlineHit,
    Found,
    TransactionHit,
    TransactionOutlineHit,
)
from dashboard.queries.looks import HITS_MAX, Ladder, climb, look_once
from dashboard.queries.rights import require_reader, sees_persons
from proto import documents
from proto.search_keys import (
    GRAM_LETTERS_MAX,
    GRAM_LETTERS_MIN,
    TURN_LETTERS_MAX,
    fold,
    national_digits,
)

CHARACTERS_MAX: Final = 100

_TELEPHONE: Final = re.compile(r"[+(]?[0-9][0-9 ().-]*")


def search(
    database: DeskDatabase, roles: frozenset[str], text: str, hits_max: int = HITS_MAX
) -> Found:
    """Find customers, accounts and transactions. Raises NotAllowed."""
    require_reader(roles)
    typed = _printable(text)[:CHARACTERS_MAX]
    if len(typed) < CHARACTERS_MIN or not fold(typed):
        return Found(typed)
    customers, accounts, posted = ladders = _ladders(typed, persons=sees_persons(roles))
    climb(database, ladders, typed)
    if not customers.hits:
        for look in _last_looks(fold(typed), persons=sees_persons(roles)):
            look_once(database, customers, look, typed)
    found_customers, found_accounts = customers.found(), accounts.found()
    found_posted = posted.found()
    return Found(
        typed,
        found_customers[:hits_max],
        found_accounts[:hits_max],
        more_customers=len(found_customers) > hits_max,
        more_accounts=len(found_accounts) > hits_max,
        accounts_first=_names_exactly(typed, found_accounts),
        too_broad=customers.too_broad or accounts.too_broad or posted.too_broad,
        transactions=found_posted[:hits_max],
        more_transactions=len(found_posted) > hits_max,
        transactions_first=any(each.is_named(typed) for each in found_posted[:1]),
    )


def _ladders(
    typed: str, *, persons: bool
) -> tuple[Ladder[CustomerOutlineHit], Ladder[AccountOutlineHit], Ladder[TransactionOutlineHit]]:
    """Say where to look for customers, accounts and transactions."""
    accounts = ("accountNumber", "_id", "applicationNumber")
    # What somebody wrote on a payment is for those who may see persons.
    posted = ("_id", "paymentReference") if persons else ("_id",)
    return (
        Ladder(
            documents.CUSTOMERS.name,
            CustomerHit if persons else CustomerOutlineHit,
            _customer_in_full(typed, persons=persons),
            list(_customer_looks(typed, persons=persons)),
        ),
        Ladder(
            documents.LOAN_ACCOUNTS.name,
            AccountHit if persons else AccountOutlineHit,
            _in_full(accounts, typed),
            [_beginning(accounts, typed)],
        ),
        Ladder(
            documents.TRANSACTIONS.name,
            TransactionHit if persons else TransactionOutlineHit,
            _in_full(posted, typed),
            [_beginning(posted, typed)],
        ),
    )


def _printable(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _names_exactly(typed: str, accounts: tuple[AccountOutlineHit, ...]) -> bool:
    """Tell whether an account's number was typed in full: then it comes before any customer."""
    if not accounts:
        return False
    first = accounts[0]
    numbers = (first.account_number, first.loan_account_id, first.application_number)
    return typed.casefold() in {number.casefold() for number in numbers if number}


def _any(clauses: list[Stored]) -> Stored:
    """Ask for whatever meets one of the clauses, in one round trip; each has its index."""
    return {"$or": clauses}


def _spellings(typed: str) -> list[str]:
    """Give how an id may be written: as typed, and in capitals."""
    return sorted({typed, typed.upper()})


def _prefix(field: str, start: str) -> Stored:
    return {field: {"$regex": f"^{re.escape(start)}"}}


def _in_full(fields: tuple[str, ...], typed: str) -> Stored:
    return _any([{field: {"$in": _spellings(typed)}} for field in fields])


def _beginning(fields: tuple[str, ...], typed: str) -> Stored:
    return _any([_prefix(field, each) for field in fields for each in _spellings(typed)])


def _customer_in_full(typed: str, *, persons: bool) -> Stored:
    found: list[Stored] = [{"_id": {"$in": _spellings(typed)}}]
    if persons:
        named = {"search.name": fold(typed), "search.email": fold(typed)}
        if digits := _digits(typed):
            named["search.mobile"] = digits
        found += [{field: text} for field, text in named.items()]
    return _any(found)


def _customer_looks(typed: str, *, persons: bool) -> Iterator[Stored]:
    """Give the looks from the best match to the weakest: beginnings, words, insides."""
    folded = fold(typed)
    beginnings = [_prefix("_id", spelling) for spelling in _spellings(typed)]
    if persons:
        beginnings += [_prefix("search.name", folded), _prefix("search.email", folded)]
        beginnings += _mobile_parts(_digits(typed))
    yield _any(beginnings)
    if persons:
        yield _words(folded.split())
    if _is_one_word(folded):
        yield from _inside(folded, persons=persons)


def _is_one_word(folded: str) -> bool:
    return len(folded.split()) == 1


def _last_looks(folded: str, *, persons: bool) -> Iterator[Stored]:
    """Give the looks for several words of which nobody has all as they were typed."""
    if not _is_one_word(folded):
        if persons:
            yield _scattered(folded)
        yield from _inside(folded, persons=persons)


def _words(words: list[str]) -> Stored:
    """Look for names in which the words stand in this order, or the last of them first."""
    orders = (words, [words[-1], *words[:-1]])
    starts = {" ".join(each)[:TURN_LETTERS_MAX] for each in orders}
    return _any([_prefix("search.words", start) for start in sorted(starts)])


def _scattered(folded: str) -> Stored:
    """Look for names with words that begin so, wherever they stand: one is looked up."""
    longest, *others = sorted(set(folded.split()), key=len, reverse=True)
    named = [{"search.name": {"$regex": f"(?:^| ){re.escape(word)}"}} for word in others]
    return {"$and": [_prefix("search.words", longest[:TURN_LETTERS_MAX]), *named]}


def _digits(typed: str) -> str:
    """Give the national digits of what may be a telephone number or a part of one."""
    if not _TELEPHONE.fullmatch(typed):
        return ""
    written = typed.replace("(0)", "").strip()
    bare = re.sub(r"[^0-9+]", "", written)
    for country in ("+61", "0061"):
        if bare.startswith(country):
            return "0" + bare.removeprefix(country).removeprefix("0")
    return national_digits(written)


def _mobile_parts(digits: str) -> list[Stored]:
    if len(digits) < CHARACTERS_MIN:
        return []
    parts = [_prefix("search.mobile", digits), _prefix("search.mobileReversed", digits[::-1])]
    if not digits.startswith("0"):
        parts.append(_prefix("search.mobile", f"0{digits.removeprefix('61')}"))
    return parts


def _inside(folded: str, *, persons: bool) -> Iterator[Stored]:
    """Look inside names, e-mails and ids; without the person, inside ids alone."""
    fields = ("search.name", "search.email") if persons else ()
    words = folded.split() if persons else [folded]
    pieces = [word[:GRAM_LETTERS_MAX] for word in words if len(word) >= GRAM_LETTERS_MIN]
    if not pieces:
        return
    unsure = [word for word in words if not persons or word not in pieces]
    begun = [_prefix("search.grams", piece) for piece in pieces]
    yield {"$and": [*begun, *(_contains(word, fields) for word in unsure)]}


def _contains(part: str, fields: tuple[str, ...]) -> Stored:
    pattern = re.escape(part)
    named = [{field: {"$regex": pattern}} for field in fields]
    return {"$or": [*named, {"customerId": {"$regex": pattern, "$options": "i"}}]}
