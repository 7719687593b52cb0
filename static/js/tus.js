// The browser's side of tus 1.0: creation, offset, parts with a checksum, termination. Knows nothing of the page.

// A part counts once it is complete: a pause or a lost connection costs at most one. So each is as large as the
// connection carries in a few seconds, and the first is small.
const LARGEST_PART = 8 * 1024 * 1024;
const SMALLEST_PART = 128 * 1024;
const FIRST_PART = 256 * 1024;
const PART_MS = 2000;
const LONGEST_WAIT_S = 30;
const VERSION = { "Tus-Resumable": "1.0.0" };

/** The server refused, or the connection dropped. `retry`: asking again can help. */
class Trouble extends Error {
  constructor(code, sentence, retry) {
    super(sentence || code);
    this.code = code;
    this.sentence = sentence;
    this.retry = retry;
  }
}

/** Someone paused or canceled: this is not an error. */
class Stopped extends Error {}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function troubleOf(method, status, body) {
  let error = {};
  try {
    error = JSON.parse(body).error ?? {};
  } catch {
    // an answer to HEAD has no body, and we ignore a proxy's page
  }
  const again = status >= 500 || [408, 409, 423, 429, 460].includes(status);
  const final = method === "POST" && [409, 429].includes(status); // another video exists, or too many were started
  return new Trouble(error.code ?? `http-${status}`, error.sentence, again && !final);
}

/**
 * One file's upload. Calls onProgress(bytesThere, bytesSent), what the server has confirmed and what has left this
 * browser, and onState(state, detail) with the states
 * starting, sending, paused, waiting {seconds, code}, refused {sentence, code}, done, cancelled.
 */
export class Upload {
  #file; #create; #item; #csrf; #onProgress; #onState;
  #request = null;
  #wakeUp = null;
  #stopped = false;
  #there = 0; // what the server has confirmed: a part in transit does not count yet
  #partBytes = FIRST_PART;

  constructor({ file, create, item = null, csrf, onProgress, onState }) {
    this.#file = file;
    this.#create = create;
    this.#item = item;
    this.#csrf = csrf;
    this.#onProgress = onProgress;
    this.#onState = onState;
  }

  /** Start or continue; resolves when nothing more happens by itself. */
  async start() {
    this.#stopped = false;
    this.#onState("starting");
    for (let failures = 0; ; failures += 1) {
      try {
        let offset = this.#item ? await this.#offset() : await this.#open();
        while (offset < this.#file.size) {
          this.#onState("sending");
          offset = await this.#sendPart(offset);
          failures = 0;
        }
        this.#reached(this.#file.size);
        this.#onState("done");
        return;
      } catch (trouble) {
        if (trouble instanceof Stopped) return;
        if (!(trouble instanceof Trouble) || !trouble.retry) {
          this.#onState("refused", { code: trouble.code, sentence: trouble.sentence });
          return;
        }
        this.#partBytes = Math.max(SMALLEST_PART, this.#partBytes / 2); // a weak connection gets smaller parts
        if (!(await this.#wait(failures, trouble.code))) return;
      }
    }
  }

  pause() {
    this.#stop();
    this.#reached(this.#there);
    this.#onState("paused");
  }

  /** Stop and remove what was sent. */
  async cancel() {
    this.#stop();
    try {
      if (this.#item) await this.#ask("DELETE", this.#item, {});
    } catch (trouble) {
      if (!["gone", "not_found"].includes(trouble.code)) {
        this.#onState("refused", { code: trouble.code, sentence: trouble.sentence });
        return;
      }
    }
    this.#onState("cancelled");
  }

  #stop() {
    this.#stopped = true;
    this.#request?.abort();
    this.#wakeUp?.();
  }

  async #open() {
    const name = base64(new TextEncoder().encode(this.#file.name));
    const headers = { "Upload-Length": String(this.#file.size), "Upload-Metadata": `filename ${name}` };
    const answer = await this.#ask("POST", this.#create, headers);
    this.#item = answer.getResponseHeader("Location");
    return this.#reached(0);
  }

  async #offset() {
    const answer = await this.#ask("HEAD", this.#item, {});
    return this.#reached(Number(answer.getResponseHeader("Upload-Offset")));
  }

  async #sendPart(offset) {
    const part = await this.#file.slice(offset, offset + this.#partBytes).arrayBuffer();
    const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    if (globalThis.crypto?.subtle) {
      const digest = await crypto.subtle.digest("SHA-256", part);
      headers["Upload-Checksum"] = `sha256 ${base64(new Uint8Array(digest))}`;
    }
    const began = performance.now();
    const answer = await this.#ask("PATCH", this.#item, headers, part, (sent) => this.#onProgress(offset, offset + sent));
    const carried = (part.byteLength * PART_MS) / Math.max(1, performance.now() - began);
    this.#partBytes = Math.round(Math.min(LARGEST_PART, Math.max(SMALLEST_PART, Math.min(carried, 4 * this.#partBytes))));
    return this.#reached(Number(answer.getResponseHeader("Upload-Offset")));
  }

  #reached(offset) {
    this.#there = offset;
    this.#onProgress(offset, offset);
    return offset;
  }

  #ask(method, url, headers, body = null, onSent = null) {
    if (this.#stopped && method !== "DELETE") throw new Stopped();
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.#request = request;
      request.open(method, url);
      const all = { ...VERSION, "X-CSRFToken": this.#csrf, ...headers };
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      if (onSent) request.upload.addEventListener("progress", (event) => onSent(event.loaded));
      request.addEventListener("load", () => {
        if (request.status >= 200 && request.status < 300) resolve(request);
        else reject(troubleOf(method, request.status, request.responseText));
      });
      request.addEventListener("error", () => reject(new Trouble("line", "", true)));
      request.addEventListener("abort", () => reject(new Stopped()));
      request.send(body);
    });
  }

  /** Wait longer after each failure, but continue at once when the browser is online again. False if stopped. */
  async #wait(failures, code) {
    let seconds = code === "room" ? LONGEST_WAIT_S : Math.min(LONGEST_WAIT_S, 2 ** failures);
    let waits = true;
    const wakeUp = () => { waits = false; this.#wakeUp?.(); };
    globalThis.addEventListener("online", wakeUp);
    while (waits && seconds > 0 && !this.#stopped) {
      this.#onState("waiting", { seconds, code });
      await new Promise((resolve) => { this.#wakeUp = resolve; setTimeout(resolve, 1000); });
      seconds -= 1;
    }
    globalThis.removeEventListener("online", wakeUp);
    this.#wakeUp = null;
    return !this.#stopped;
  }
}
