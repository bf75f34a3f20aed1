"""How the command line refuses bad input."""

from typer.testing import Result


def refused(result: Result, *said: str) -> None:
    """Exit status 2, every fragment in the message, nothing on standard output, no traceback."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.stdout == ""
    for fragment in said:
        assert fragment in result.stderr, result.stderr
