"""Try it: the main job on a copy of a small project, played by people or by itself."""
