"""The public interface for Python: what `import momentum_gui as mg` gives; its names load when they are used."""
