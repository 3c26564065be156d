"""Puts the JSON Schemas, which live at the top of the checkout, inside the package when it is built."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SCHEMAS = Path(__file__).parent / "schemas"


class BuildWithSchemas(build_py):
    """The usual build, and studio_backup/schemas/*.json beside it."""

    def run(self) -> None:
        """Build; in a checkout used in place the schemas are read from where they are."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "studio_backup" / "schemas"
            self.mkpath(str(target))
            for schema in sorted(SCHEMAS.glob("*.json")):
                self.copy_file(str(schema), str(target / schema.name))


setup(cmdclass={"build_py": BuildWithSchemas})
