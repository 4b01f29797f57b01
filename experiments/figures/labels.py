"""Labels beside points without any of them lying over another, a point or a line."""

from __future__ import annotations

import math

from matplotlib.transforms import Bbox

from silosim.experiments.figures.style import GREY

DISTANCES = (10, 24, 40, 60, 85, 115, 150, 190, 240, 300)  # pixels from the point
MISTAKEN, OVERLAP = 120.0, 10_000.0  # what the two faults of a place cost, in pixels of distance
DIRECTIONS = [math.radians(a) for a in (0, 180, 45, -45, 135, -135, 90, -90, 20, -20, 160, -160, 65, -65, 115, -115)]


def place_labels(axes, points: list[tuple[float, float, str, str]], taken: list[Bbox] | None = None) -> list:
    """Writes each (x, y, words, colour) beside its point, with a thin line where it had to move away.

    taken   boxes in pixels to keep free, such as error bars; the points themselves are kept free anyway
    Returns the texts. Those in the thickest crowd are placed first, since they have the least choice.
    """
    figure = axes.figure
    renderer = figure.canvas.get_renderer()
    pixels = [tuple(axes.transData.transform((x, y))) for x, y, _, _ in points]
    boxes = list(taken or []) + [Bbox.from_extents(px - 6, py - 6, px + 6, py + 6) for px, py in pixels]
    inside = axes.get_window_extent(renderer)
    texts = [None] * len(points)
    for k in sorted(range(len(points)), key=lambda k: _room(k, pixels)):
        x, y, words, colour = points[k]
        text = axes.text(x, y, words, color=colour, fontsize=13, va="center", ha="left", zorder=5)
        extent = text.get_window_extent(renderer)
        others = pixels[:k] + pixels[k + 1:]
        spot = _spot(pixels[k], others, extent.width, extent.height, boxes, inside)
        boxes.append(spot)
        left, middle = axes.transData.inverted().transform((spot.x0, (spot.y0 + spot.y1) / 2))
        text.set_position((left, middle))
        texts[k] = text
        _line(axes, pixels[k], spot)
    return texts


def _room(k: int, pixels: list) -> float:
    """Distance to the nearest other point."""
    px, py = pixels[k]
    return min((math.hypot(px - qx, (py - qy) * 3) for j, (qx, qy) in enumerate(pixels) if j != k), default=0.0)


def _spot(point, others: list, width: float, height: float, boxes: list[Bbox], inside: Bbox) -> Bbox:
    """The best box for a label: free, not nearer to another point than to its own, and near."""
    best, least = None, math.inf
    for distance in DISTANCES:
        for angle in DIRECTIONS:
            box = _box(point, distance, angle, width, height)
            if not (inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1):
                continue
            overlap = sum(_overlap(box, other) for other in boxes)
            mistaken = any(_distance(other, box) < 1.3 * _distance(point, box) for other in others)
            cost = distance + (MISTAKEN if mistaken else 0) + (OVERLAP + overlap if overlap else 0)
            if cost < least:
                best, least = box, cost
    return best or _box(point, DISTANCES[0], 0.0, width, height)


def _distance(point, box: Bbox) -> float:
    """Pixels from a point to the nearest edge of a box."""
    across = max(box.x0 - point[0], 0.0, point[0] - box.x1)
    along = max(box.y0 - point[1], 0.0, point[1] - box.y1)
    return math.hypot(across, along)


def _box(point, distance: float, angle: float, width: float, height: float) -> Bbox:
    """A label whose nearest edge is `distance` from the point in the direction `angle`."""
    x = point[0] + distance * math.cos(angle) + (math.cos(angle) - 1) / 2 * width
    y = point[1] + distance * math.sin(angle) + (math.sin(angle) - 1) / 2 * height
    return Bbox.from_extents(x, y, x + width, y + height)


def _overlap(one: Bbox, other: Bbox) -> float:
    wide = min(one.x1 + 3, other.x1) - max(one.x0 - 3, other.x0)
    high = min(one.y1 + 1, other.y1) - max(one.y0 - 1, other.y0)
    return wide * high if wide > 0 and high > 0 else 0.0


def _line(axes, point, box: Bbox) -> None:
    """A thin line from the point to the label, where they are apart."""
    end = (min(max(point[0], box.x0), box.x1), min(max(point[1], box.y0), box.y1))
    if math.hypot(end[0] - point[0], end[1] - point[1]) > 20:
        (x0, y0), (x1, y1) = axes.transData.inverted().transform([point, end])
        axes.plot([x0, x1], [y0, y1], color=GREY, linewidth=0.7, zorder=2)
