#!/usr/bin/env python3
"""Compares the maps of a page that `vuemo report RUN` wrote with scikit-learn's of the same embeddings. Run by hand; needs numpy, h5py and
scikit-learn.

    vuemo embed RUN STORE --split test -o embeddings.h5
    python check_maps.py run.html embeddings.h5
"""
import pathlib
import re
import sys

import h5py
import numpy
from check_figures import Tables
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors

faults = 0


def told(good, what):
    global faults
    faults += not good
    print(f"{'same ' if good else 'OTHER'} {what}")


def points(figure):
    """Places and colours of the markers in a drawing, in no particular order."""
    found = []
    for outline, colour in re.findall(r'<path d="([^"]*)" class="f(\d+)"', figure):
        for marker in outline.split("M")[1:]:
            if "a" in marker:
                x, y = map(float, marker.split("a")[0].split(","))
                found.append((x + 2, y, int(colour)))
            else:
                corners = numpy.array([list(map(float, corner.split(","))) for corner in marker.rstrip("z").split("L")])
                found.append((*corners.mean(axis=0), int(colour)))
    return numpy.array(found)


def main():
    page = pathlib.Path(sys.argv[1]).read_text()
    with h5py.File(sys.argv[2]) as file:
        embeddings = file["stages/fused"][:]
        gold = file["gold"].asstr()[:]
    tables = Tables(page).tables
    trust = next(rows for caption, rows in tables.items() if "trustworthiness" in caption)
    near = next(rows for caption, rows in tables.items() if caption.startswith("Of the 5 nearest"))
    pca = PCA(2).fit(embeddings)
    plane = pca.transform(embeddings)
    own = [float(value) for value in trust[1][1:]]
    other = trustworthiness(embeddings, plane, n_neighbors=5)
    told(abs(own[0] - other) < 0.002, f"trustworthiness of PCA: {own[0]}, {other:.4f}")
    title = re.search(r"first component, ([\d.]+) % of the variance; second component, ([\d.]+) %", page)
    for text, share in zip(title.groups(), pca.explained_variance_ratio_):
        told(abs(float(text) - 100 * share) < 0.06, f"share of the variance: {text}, {100 * share:.2f}")

    theirs = TSNE(perplexity=min(30, (len(embeddings) - 1) / 3), random_state=0).fit_transform(embeddings)
    other = trustworthiness(embeddings, theirs, n_neighbors=5)
    told(own[1] > other - 0.02, f"trustworthiness of t-SNE: {own[1]}, {other:.4f}")

    def same(neighbours):
        return 100 * (gold[neighbours] == gold[:, None])[gold != ""].mean()

    total = next(row for row in near if row[0] == "all")
    nearest = NearestNeighbors(n_neighbors=5).fit(embeddings).kneighbors(return_distance=False)
    told(abs(float(total[2]) - same(nearest)) < 0.15, f"neighbours of the same class: {total[2]}, {same(nearest):.2f}")
    nearest = NearestNeighbors(n_neighbors=5).fit(plane).kneighbors(return_distance=False)
    told(abs(float(total[3]) - same(nearest)) < 0.5, f"in PCA: {total[3]}, {same(nearest):.2f}")

    # The drawings: as many markers as utterances; and PCA's lie where scikit-learn's do, but for size and signs.
    figures = {name: figure for name, figure in re.findall(r'<figure id="figure-(map-\w+)(?:-1)?">(.*?)</figure>', page, re.S)}
    for name, figure in figures.items():
        told(len(points(figure)) == len(embeddings), f"markers of {name}: {len(points(figure))}, {len(embeddings)}")
    drawn = points(figures["map-pca"])[:, :2]
    for axis in range(2):
        ours = numpy.sort((drawn[:, axis] - drawn[:, axis].mean()) / drawn[:, axis].std())
        best = min(abs(ours - numpy.sort(sign * plane[:, axis] / plane[:, axis].std())).max() for sign in (1, -1))
        told(best < 0.05, f"PCA, axis {axis + 1}: farthest from scikit-learn's by {best:.3f} deviations")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
