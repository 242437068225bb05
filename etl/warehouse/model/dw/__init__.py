"""The star: projects, progress reports and strategy indicators."""
