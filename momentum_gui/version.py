"""The version of this program: named here only, and read from here by the build."""

__version__ = "0.2.0"
