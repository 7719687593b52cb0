// Upload one file with tus-js-client, a client that is not ours, and print one JSON object.
//
//   node tus_client.mjs --url URL --cookie "sessionid=…; csrftoken=…" --csrf TOKEN --file PATH
//                       [--chunk BYTES] [--abort-at BYTES] [--terminate]
//
// URL is the creation address. With --abort-at the upload stops there, and a second client resumes it from the
// server's offset. With --terminate it is removed instead of resumed.
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import * as tus from "tus-js-client";

const { values: given } = parseArgs({
  options: {
    url: { type: "string" },
    cookie: { type: "string" },
    csrf: { type: "string" },
    file: { type: "string" },
    chunk: { type: "string", default: String(1024 * 1024) },
    "abort-at": { type: "string" },
    terminate: { type: "boolean", default: false },
  },
});

const size = statSync(given.file).size;
const common = {
  headers: { Cookie: given.cookie, "X-CSRFToken": given.csrf, Referer: given.url },
  chunkSize: Number(given.chunk),
  retryDelays: [200, 500, 1000],
  uploadSize: size,
  metadata: { filename: basename(given.file) },
};

/** Run one client until it is done, or until `abortAt` bytes are there. Resolves with its address. */
function send(options, abortAt = Infinity) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(createReadStream(given.file), {
      ...common,
      ...options,
      onError: reject,
      onSuccess: () => resolve({ uploadUrl: upload.url, aborted: false }),
      onChunkComplete: (_chunk, reached) => {
        if (reached >= abortAt && reached < size) {
          upload.abort().then(() => resolve({ uploadUrl: upload.url, aborted: true }), reject);
        }
      },
    });
    upload.start();
  });
}

async function offsetOf(uploadUrl) {
  const headers = { ...common.headers, "Tus-Resumable": "1.0.0" };
  const answer = await fetch(uploadUrl, { method: "HEAD", headers });
  return { status: answer.status, offset: Number(answer.headers.get("Upload-Offset")) };
}

try {
  const abortAt = given["abort-at"] ? Number(given["abort-at"]) : Infinity;
  const first = await send({ endpoint: given.url }, abortAt);
  const result = { size, url: first.uploadUrl, aborted: first.aborted };
  if (first.aborted) result.offset_after_abort = (await offsetOf(first.uploadUrl)).offset;
  if (given.terminate) {
    await tus.Upload.terminate(first.uploadUrl, common);
    result.status_after_termination = (await offsetOf(first.uploadUrl)).status;
  } else if (first.aborted) {
    await send({ uploadUrl: first.uploadUrl });
  }
  if (!given.terminate) result.offset = (await offsetOf(first.uploadUrl)).offset;
  console.log(JSON.stringify(result));
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
