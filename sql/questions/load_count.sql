-- How many loads are there?

SELECT count(*) AS loads FROM ops.load;
