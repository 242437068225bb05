-- What is left of the stage of a load that was refused: documents with something held back, to report their cases, and
-- observations of those that no load has taken yet, so that they can be shown and read again. One that is known is
-- looked at again when it comes the next time.

DELETE FROM stage_document
WHERE document_key NOT IN (SELECT document_key FROM stage_quarantine);

DELETE FROM stage_manifest
WHERE
    sha256 NOT IN (
        SELECT staged.sha256
        FROM stage_document AS staged
        WHERE staged.document_key NOT IN (SELECT document_key FROM raw.document)
    );

UPDATE raw.document AS known
SET records_digest = 'to be read again'
FROM stage_document AS staged
WHERE known.document_key = staged.document_key AND known.records_digest <> staged.records_digest;
