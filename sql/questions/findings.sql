-- What was noticed in the documents of one load, the gravest first?

SELECT
    finding.severity, finding.rule_id, finding.record, finding.field, finding.message, document.uri, finding.copy,
    finding.line
FROM ops.finding AS finding
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN ops.load_document AS met USING (document_key)
WHERE met.load_id = %(load_id)s
ORDER BY
    array_position('{critical,warning,info}', finding.severity), finding.rule_id, finding.record, finding.field,
    finding.copy;
