"""What PyInstaller must put into a bundle besides what it finds itself."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

# Commands, views and engines are imported by name.
hiddenimports = collect_submodules("momentum_gui", filter=lambda name: ".pyinstaller" not in name)
datas = collect_data_files("momentum_gui", excludes=["pyinstaller/*"]) + copy_metadata("momentum-gui")
# numba keeps its cache by the source files, so they must be there.
module_collection_mode = {"momentum_gui": "py"}
