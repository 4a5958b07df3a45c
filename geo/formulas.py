"""Texts that a spreadsheet would run as a formula, or take for an error value, not show."""

# Excel in an East Asian setting takes the wide signs for the plain ones.
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
ERROR_VALUES = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def acts(text: str) -> bool:
    """Say whether a spreadsheet would take a text for a formula or an error value.

    >>> [acts(text) for text in ("=1+1", "＠SUM(A1)", "#N/A", "Xã Tân Sơn", "1 = 1")]
    [True, True, True, False, False]
    """
    return text.startswith(FORMULA_START) or text in ERROR_VALUES


def disarmed(text: str) -> str:
    """Return a text with an apostrophe before it where it would act, for a file of plain text.

    >>> disarmed("=HYPERLINK(…)"), disarmed("Xã Tân Sơn")
    ("'=HYPERLINK(…)", 'Xã Tân Sơn')
    """
    return f"'{text}" if acts(text) else text


def rearmed(text: str) -> str:
    """Return a text that was disarmed as it was before, where the file is read again.

    >>> rearmed("'=HYPERLINK(…)"), rearmed("'quoted'")
    ('=HYPERLINK(…)', "'quoted'")
    """
    return text[1:] if text.startswith("'") and acts(text[1:]) else text
