-- What each schema is for. Made anew at every migration; mart says so of itself when its views are made.

COMMENT ON SCHEMA raw IS 'What each document says, and where and when it was seen.';
COMMENT ON SCHEMA dw IS 'The star: projects, progress reports and strategy indicators.';
COMMENT ON SCHEMA ops IS 'What happened: loads, findings, quarantine, conflicts, changes.';
COMMENT ON SCHEMA mart_agency IS 'The views of mart for logins that were granted agencies: the rows of these.';
COMMENT ON TABLE ops.alembic_version IS 'The migration that the tables stand at.';
COMMENT ON COLUMN ops.alembic_version.version_num IS 'The migration.';
