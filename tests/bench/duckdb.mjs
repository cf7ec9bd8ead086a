// duckdb.mjs SQL: runs it in a DuckDB in memory. DUCKDB_API is the folder of
// the package @duckdb/node-api, DUCKDB_THREADS how many threads it may use.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { DuckDBInstance } = require(process.env.DUCKDB_API);

try {
	const instance = await DuckDBInstance.create(":memory:", {
		threads: process.env.DUCKDB_THREADS ?? "1",
	});
	const connection = await instance.connect();
	await connection.run(process.argv[2]);
} catch (error) {
	console.error(`duckdb: ${error.message}`);
	process.exit(1);
}
