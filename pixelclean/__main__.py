"""`python -m pixelclean`: the command line without an installed script."""

from pixelclean.cli import main

if __name__ == "__main__":
    main(prog_name="pixelclean")
