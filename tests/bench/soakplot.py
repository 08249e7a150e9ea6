#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the soak's table as an SVG.

usage: soakplot.py SOAK.CSV OUT.SVG
Six panels over the same time, small multiples with one scale each; grey lines
are the moments at which something was done to the gateway.
"""
import html
import sys

import soakjudge

W, PANEL_H, LEFT, RIGHT, TOP, GAP = 860, 100, 70, 200, 46, 34
COLOURS = ("#1b6ca8", "#c8511b", "#3c8d40", "#7d4fa3")
PANELS = (
    ("connections a second", (("begun", "begun", -1), ("passed",
     "let through", -1), ("stopped", "dropped", -1))),
    ("CPU, % of one core", (("zfw-engine_cpu_s", "zfw-engine", -.01),
     ("zfwd_cpu_s", "zfwd", -.01), ("zfw-front_cpu_s", "zfw-front", -.01))),
    ("anonymous memory, MB", (("zfw-engine_anon_kb", "zfw-engine", 1024),
     ("zfwd_anon_kb", "zfwd", 1024), ("zfw-front_anon_kb", "zfw-front",
                                      1024))),
    ("open descriptors", (("zfw-engine_files", "zfw-engine", 1),
     ("zfwd_files", "zfwd", 1), ("zfw-front_files", "zfw-front", 1))),
    ("blocks, thousands", (("blocks", "blocks", 1000),
                           ("elements", "in the kernel", 1000))),
    ("the store", (("records", "records, thousands", 1000),
                   ("store_bytes", "MB", 1 << 20))),
)


def series(rows, column, by):
    """(seconds, value); by < 0: what it grew by in a second, over -by."""
    points, last = [], None
    span_s = max(10, rows[-1]["t_s"] / 25)
    for r in rows:
        if not isinstance(r[column], float):
            continue
        if by > 0:
            points.append((r["t_s"], r[column] / by))
            continue
        if last is not None and r["t_s"] - last[0] >= span_s:
            points.append((r["t_s"], max(0, r[column] - last[1]) /
                           (r["t_s"] - last[0]) / -by))
            last = None
        if last is None:
            last = (r["t_s"], r[column])
    return points


def nice(most):
    """The end of an axis, and the step of its lines."""
    step = 1
    while most / step > 4:
        step = {"1": 2, "2": 2.5, "5": 2}[str(step)[0]] * step
        step = int(step)
    return max(step, -(-most // step) * step), step


def steps(rows):
    """Moments at which the last step changed."""
    out, last = [], None
    for r in rows:
        if last is not None and r["step"] != last:
            out.append(r["t_s"])
        last = r["step"]
    return out


class Plot:
    """Text of the SVG, and where in it things are."""

    def __init__(self, rows):
        self.rows, self.end = rows, max(rows[-1]["t_s"], 1)
        self.out = []

    def x(self, t):
        return LEFT + t / self.end * (W - LEFT - RIGHT)

    def label(self, x, y, text, more=""):
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}"{more}>'
                        f'{html.escape(text)}</text>')

    def panel(self, top, title, lines):
        all_of = [(name, series(self.rows, column, by))
                  for column, name, by in lines]
        most, step = nice(max([v for _, p in all_of for _, v in p],
                              default=1) * 1.02)
        bottom = top + PANEL_H

        def y(v):
            return bottom - v / most * PANEL_H

        self.label(LEFT, top - 8, title, ' class="title"')
        for t in steps(self.rows):
            self.out.append(f'<path class="step" d="M{self.x(t):.1f} '
                            f'{top}V{bottom}"/>')
        v = 0
        while v <= most:
            self.out.append(f'<path class="grid" d="M{LEFT} {y(v):.1f}'
                            f'H{W - RIGHT}"/>')
            self.label(LEFT - 6, y(v) + 4, f"{v:,}", ' class="end"')
            v += step
        ends = []
        for i, (name, points) in enumerate(all_of):
            if not points:
                continue
            path = "L".join(f"{self.x(t):.1f} {y(v):.1f}" for t, v in points)
            self.out.append(f'<path stroke="{COLOURS[i]}" d="M{path}"/>')
            tail = [v for _, v in points[-5:]]
            ends.append((y(sum(tail) / len(tail)), i, name))
        self.names(ends, top)

    def names(self, ends, top):
        """At the ends of the lines, pushed apart."""
        last = top - 10
        for at, i, name in sorted(ends):
            last = max(at + 4, last + 14)
            self.label(W - RIGHT + 8, last, name, f' style="fill:{COLOURS[i]}"')

    def text(self):
        top = TOP
        for title, lines in PANELS:
            self.panel(top, title, lines)
            top += PANEL_H + GAP
        every = next(m for m in (1, 2, 5, 10, 15) if self.end / 60 / m <= 9
                     or m == 15)
        for m in range(0, int(self.end // 60) + 1, every):
            self.label(self.x(m * 60), top - GAP + 16, f"{m} min",
                       ' class="mid"')
        height = top
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}" '
            f'height="{height}" viewBox="0 0 {W} {height}">',
            "<style>text{font:12px sans-serif;fill:#333}.title{font-weight:"
            "bold}.end{text-anchor:end}.mid{text-anchor:middle}path{fill:"
            "none;stroke-width:1.5}.grid{stroke:#ddd;stroke-width:1}.step{"
            "stroke:#bbb;stroke-width:.5}</style>",
            f'<rect width="{W}" height="{height}" fill="#fff"/>',
            *self.out, "</svg>", ""])


def main():
    """See the head of this file."""
    rows = soakjudge.read(sys.argv[1])
    with open(sys.argv[2], "w", encoding="ascii") as f:
        f.write(Plot(rows).text())


main()
