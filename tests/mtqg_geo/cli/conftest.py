import sys

import pytest

from mtqg_geo.cli.main import main


@pytest.fixture
def command(capfdbinary):
    """Run the command line in this process: exit code, standard output, standard error."""

    def run(*arguments):
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as stop:  # argparse leaves this way
            code = stop.code
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return run
