"""What is said of a setting that cannot be used."""


class BadSetting(Exception):  # noqa: N818 - the reason is the name
    """A setting that cannot be used; the text names it and the remedy."""
