// The plot. Plotly draws lines; the cursor and the chosen moment lie above it as plain elements, placed through
// Plotly's own axis, so that a moving cursor never redraws anything. The axis counts milliseconds of the recording.
import { clockTenths } from "./clock.js";
import { Legend } from "./legend.js";
import { load } from "./plotly.js";
import { ticks } from "./ticks.js";

const SHORTEST_MS = 2000;
const MOST_TICKS = 400;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export class Timeline {
  constructor(clock, root, onMoment) {
    this.clock = clock;
    this.root = root;
    this.onMoment = onMoment;
    this.plot = document.getElementById("plot");
    this.ready = false;
    if (!this.plot || root.dataset.hasTimeline !== "yes") return;
    this.durationMs = Math.max(1, clock.durationMs);
    this.window = [0, this.durationMs];
    this.drawn = new Map(); // address -> figure: panning back and forth asks the server once
    this.cursor = document.getElementById("cursor");
    this.span = document.getElementById("selected-span");
    this.ticks = document.getElementById("hits");
    this.hits = [];
    this.legend = new Legend(() => this.fetch(), () => this.showLines());
    document.getElementById("plot-again").addEventListener("click", () => this.start());
    document.querySelector(".zoom").addEventListener("click", (event) => this.pressed(event));
    dark.addEventListener("change", () => this.ready && this.fetch());
    clock.watch((ms) => this.place(ms));
    new ResizeObserver(() => this.resized()).observe(this.plot);
    this.taps();
  }

  async start() {
    if (!this.plot || this.root.dataset.hasTimeline !== "yes") return;
    this.problem(false);
    try {
      const [figure, Plotly] = await Promise.all([this.figure(), load(this.root.dataset.plotly)]);
      this.Plotly = Plotly;
      await this.draw(figure);
      this.plot.on("plotly_relayout", (change) => this.relayout(change));
      this.plot.on("plotly_beforehover", (event) => this.nameHover(event));
      this.ready = true;
      performance.mark("timeline-ready");
    } catch (error) {
      console.error(error);
      this.problem(true);
    }
  }

  problem(is) {
    document.getElementById("plot-problem").hidden = !is;
    document.getElementById("plot-state").hidden = is || this.ready;
  }

  address() {
    const [start, end] = this.window.map(Math.round);
    const points = Math.min(1600, Math.max(300, Math.round(this.plot.clientWidth / 50) * 50));
    const query = new URLSearchParams({ start_ms: start, end_ms: end, points, theme: dark.matches ? "dark" : "light" });
    for (const lane of this.legend.hiddenLanes()) query.append("hide", lane);
    return `${this.root.dataset.timeline}?${query}`;
  }

  async figure() {
    const address = this.address();
    if (!this.drawn.has(address)) {
      const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!response.ok) throw new Error(`timeline: ${response.status}`);
      if (this.drawn.size > 30) this.drawn.clear();
      this.drawn.set(address, await response.text());
    }
    return JSON.parse(this.drawn.get(address));
  }

  async draw(figure) {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    const layout = { ...figure.layout, dragmode: touch ? false : "zoom", hovermode: touch ? false : figure.layout.hovermode, autosize: true };
    this.legend.apply(figure.data);
    Object.assign(layout.xaxis, this.axisTicks());
    const config = { displayModeBar: false, displaylogo: false, responsive: true, doubleClick: false, scrollZoom: false };
    await (this.ready ? this.Plotly.react : this.Plotly.newPlot)(this.plot, figure.data, layout, config);
    document.getElementById("plot-state").hidden = true;
    this.overlays();
  }

  /** Fetch what the window shows now, after it has rested for a moment; an older answer never overtakes. */
  fetch(waitMs = 0) {
    clearTimeout(this.timer);
    const number = (this.number = (this.number || 0) + 1);
    this.timer = setTimeout(async () => {
      try {
        const figure = await this.figure();
        if (number === this.number) await this.draw(figure);
        this.problem(false);
      } catch (error) {
        console.error(error);
        this.problem(true);
      }
    }, waitMs);
  }

  showLines() {
    if (!this.ready) return;
    this.legend.apply(this.plot.data);
    this.Plotly.redraw(this.plot);
  }

  axis() {
    return this.plot?._fullLayout?.xaxis;
  }

  relayout(change) {
    if (!Object.keys(change).some((key) => key.startsWith("xaxis.range") || key === "xaxis.autorange")) return;
    this.window = fit(...this.axis().range, this.durationMs);
    this.retick();
    this.overlays();
    this.fetch(150);
  }

  axisTicks() {
    const width = this.axis()?._length ?? this.plot.clientWidth;
    return ticks(...this.window, width);
  }

  /** Ticks of the window that is shown now, before the server has sent its figure. */
  retick() {
    const { tickvals, ticktext } = this.axisTicks();
    this.Plotly.relayout(this.plot, { "xaxis.tickvals": tickvals, "xaxis.ticktext": ticktext });
  }

  resized() {
    if (this.ready) this.retick();
    this.overlays();
  }

  /** Show this window: at once with what is drawn, then with what the server has for it. */
  goTo(start, end) {
    if (!this.ready) return;
    this.Plotly.relayout(this.plot, { "xaxis.range": fit(start, end, this.durationMs) });
  }

  zoom(factor) {
    const [start, end] = this.window;
    const inside = this.clock.ms >= start && this.clock.ms <= end;
    const centre = inside ? this.clock.ms : (start + end) / 2;
    const share = (centre - start) / (end - start);
    const width = Math.max(SHORTEST_MS, (end - start) * factor);
    this.goTo(centre - width * share, centre + width * (1 - share));
  }

  pan(share) {
    const [start, end] = this.window;
    this.goTo(start + (end - start) * share, end + (end - start) * share);
  }

  whole() {
    this.goTo(0, this.durationMs);
  }

  pressed(event) {
    const actions = { in: () => this.zoom(0.5), out: () => this.zoom(2), whole: () => this.whole(), back: () => this.pan(-0.5), forward: () => this.pan(0.5) };
    actions[event.target.closest("[data-zoom]")?.dataset.zoom]?.();
  }

  /** Pixels from the plot's left edge, or null outside the window. */
  x(ms) {
    const axis = this.axis();
    return axis ? axis._offset + Math.min(Math.max(axis.l2p(ms), -1), axis._length + 1) : null;
  }

  /** The time under a point of the screen, or null beside the plot. */
  timeAt(clientX) {
    const axis = this.axis();
    const x = clientX - this.plot.getBoundingClientRect().left - axis._offset;
    return x < 0 || x > axis._length ? null : axis.p2l(x);
  }

  /** Plotly would head its box of values with a bare number of milliseconds. */
  nameHover(event) {
    const ms = this.timeAt(event.clientX);
    if (ms !== null) this.axis().unifiedhovertitle = { text: clockTenths(ms) };
  }

  place(ms) {
    if (!this.ready) return;
    const [start, end] = this.window;
    if (end - start < this.durationMs && (ms > end || ms < start) && !this.holding) {
      const width = end - start;
      this.goTo(ms - width * 0.05, ms + width * 0.95);
    }
    this.cursor.hidden = ms < this.window[0] || ms > this.window[1];
    this.cursor.style.transform = `translateX(${this.x(ms)}px)`;
  }

  /** The chosen moment, as a tinted span. */
  select(startMs, endMs) {
    this.selected = [startMs, endMs];
    this.overlays();
  }

  /** Where the words of a search lie: ticks at the top, of the first few hundred. */
  mark(timesMs) {
    this.hits = timesMs.slice(0, MOST_TICKS);
    this.overlays();
  }

  overlays() {
    if (!this.axis() || !this.cursor) return;
    this.ticks.replaceChildren(
      ...this.hits
        .filter((ms) => ms >= this.window[0] && ms <= this.window[1])
        .map((ms) => {
          const tick = document.createElement("i");
          tick.style.transform = `translateX(${this.x(ms)}px)`;
          return tick;
        }),
    );
    const ms = this.clock.ms;
    this.cursor.hidden = ms < this.window[0] || ms > this.window[1];
    this.cursor.style.transform = `translateX(${this.x(ms)}px)`;
    const [start, end] = this.selected || [0, 0];
    this.span.hidden = !this.selected || end < this.window[0] || start > this.window[1];
    this.span.style.transform = `translateX(${this.x(start)}px)`;
    this.span.style.width = `${Math.max(2, this.x(end) - this.x(start))}px`;
  }

  /** A click without a drag goes there; on a moment's mark it also chooses the moment. */
  taps() {
    let down = null;
    this.plot.addEventListener("pointerdown", (event) => (this.holding = down = event), true);
    // On the window: while a button is down, Plotly lays a cover of its own over the whole page.
    window.addEventListener("pointerup", (event) => {
      const from = down;
      this.holding = down = null;
      if (!from || !this.ready || Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > 4) return;
      const ms = this.timeAt(event.clientX);
      if (ms === null) return;
      const moment = this.momentAt(ms, event.clientY);
      if (moment) this.onMoment(moment);
      else this.clock.seek(ms);
    }, true);
  }

  /** The id of the mark under a click in the lane of the moments. */
  momentAt(ms, clientY) {
    const trace = this.plot.data.find((item) => item.meta?.lane === "moments");
    const axis = trace && this.plot._fullLayout[trace.yaxis.replace("y", "yaxis")];
    if (!axis) return null;
    const y = clientY - this.plot.getBoundingClientRect().top;
    if (y < axis._offset - 3 || y > axis._offset + axis._length + 3) return null;
    const place = trace.base.findIndex((start, i) => ms >= start && ms <= start + trace.x[i]);
    return place < 0 ? null : trace.customdata[place];
  }
}

function fit(start, end, durationMs) {
  const width = Math.min(durationMs, Math.max(SHORTEST_MS, end - start));
  const from = Math.min(Math.max(0, start), durationMs - width);
  return [from, from + width];
}
