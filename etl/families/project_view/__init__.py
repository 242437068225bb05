"""The newer views of a project, in two layouts."""
