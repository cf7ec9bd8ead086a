// post.cjs URL: posts the lines of standard input as arrays of 100, in order.
const { Pool } = require("undici");
const { createInterface } = require("node:readline");

const to = new URL(process.argv[2]);
const pool = new Pool(to.origin, { connections: 1 });

async function post(records) {
  const { statusCode, body } = await pool.request({
    method: "POST",
    path: to.pathname,
    headers: { "content-type": "application/json" },
    body: "[" + records.join(",") + "]",
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
}

async function main() {
  let batch = [];
  for await (const line of createInterface({ input: process.stdin })) {
    batch.push(line);
    if (batch.length === 100) {
      await post(batch);
      batch = [];
    }
  }
  if (batch.length > 0) await post(batch);
  await pool.close();
}

main();
