"""The Reporting page: what loads did, who has not reported, what is held back, and what is wrong with documents.

`app` puts it together, `routes` has a module a page, `templates` what they look like, `texts.toml` what they say in
Thai and English. `access` says who may see and who may change what, `visit` what is known of a visitor. What is shown
comes from `etl.monitor`.
"""
