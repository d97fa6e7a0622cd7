"""The group of commands, and what becomes of an error: one line and an exit code, never a traceback."""

import click

from pixelclean.cli.clean import clean
from pixelclean.cli.detect import detect
from pixelclean.cli.doctor import doctor
from pixelclean.cli.evaluate import evaluate
from pixelclean.cli.explain import explain
from pixelclean.cli.inventory import inventory
from pixelclean.cli.key import key
from pixelclean.cli.mask import mask
from pixelclean.cli.policy import conformance, policy
from pixelclean.cli.reidentify import reidentify
from pixelclean.cli.vault import vault
from pixelclean.errors import PixelcleanError, Refused, UsageError
from pixelclean.pipeline import place_of
from pixelclean.version import __version__

_EPILOG = (
    "Exit codes: 0 everything was released, 1 the run itself failed, 2 usage, 3 something waits in the queue, "
    "4 something was quarantined, 5 identifying text is left (evaluate); the higher wins."
)


class Shell(click.Group):
    """A group that turns every exception into a message that cannot hold a value of a data set."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; click shows the exceptions that leave here, and exits with their code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            raise click.ClickException("interrupted; the same command carries on where it stopped") from None
        except UsageError as error:
            raise click.UsageError(str(error)) from None
        except Refused as error:
            raise _refusal(error) from None
        except PixelcleanError as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the last boundary before the terminal
            # The message of an unexpected exception may quote a value of the data set: kind and place are enough.
            raise click.ClickException(f"unexpected: {place_of(error)}; please report this line") from None


def _refusal(error: Refused) -> click.ClickException:
    """One file was asked for and cannot be looked at."""
    detail = f" ({error.detail})" if error.detail else ""
    return click.ClickException(f"{error.code}: {error.code.words}{detail}")


@click.group(cls=Shell, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pixelclean")
def main() -> None:
    """DICOM without identities, in the header and in the pixels, proven before it is released."""


for _command in (
    *(clean, mask, detect, explain, inventory, evaluate, reidentify),
    *(policy, conformance, vault, key, doctor),
):
    main.add_command(_command)
