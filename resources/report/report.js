// Moves paths, curves and read-outs of the page to the moment that the slider shows.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("moments").textContent);
  const time = document.getElementById("time");
  const play = document.getElementById("play");
  const epoch = document.getElementById("epoch");
  const now = document.getElementById("now");
  const last = data.epochs.length - 1;
  const points = (places, at) => places.slice(0, at + 1).map((place) => place.join(",")).join(" ");
  let timer = null;

  function show(at) {
    epoch.textContent = "epoch " + Number(data.epochs[at].toPrecision(4));
    data.runs.forEach((run, number) => {
      const path = document.getElementById("path-" + number);
      if (path && run.places) {
        const dot = document.getElementById("dot-" + number);
        path.setAttribute("points", points(run.places, at));
        dot.setAttribute("cx", run.places[at][0]);
        dot.setAttribute("cy", run.places[at][1]);
      }
      const curve = document.getElementById("curve-" + number);
      if (curve && run.curve) {
        curve.setAttribute("points", points(run.curve, at));
      }
      const error = run.error[at];
      const place = document.querySelector('output[data-run="' + number + '"]');
      place.textContent = error === null ? "no number" : "error " + Number(error.toPrecision(4));
    });
    if (now && data.runs[0].curve) {
      now.setAttribute("x1", data.runs[0].curve[at][0]);
      now.setAttribute("x2", data.runs[0].curve[at][0]);
    }
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.setAttribute("aria-label", "Play");
  }

  function start() {
    if (Number(time.value) >= last) {
      time.value = 0;
    }
    play.textContent = "⏸";
    play.setAttribute("aria-label", "Pause");
    timer = setInterval(() => {
      const next = Number(time.value) + 1;
      time.value = next;
      show(Math.min(next, last));
      if (next >= last) {
        stop();
      }
    }, Math.max(20, 8000 / (last + 1)));
  }

  time.addEventListener("input", () => { stop(); show(Number(time.value)); });
  play.addEventListener("click", () => { if (timer) { stop(); } else { start(); } });
  document.documentElement.classList.add("moving");
  show(last);
})();
