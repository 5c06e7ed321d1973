import FeatureStore
import Foundation

/// The maps of embeddings.
extension RunReport {
    /// More groups than this are not mapped: each takes seconds.
    private static let mostMaps = 6
    /// As many groups of points look different.
    private static let mostClasses = 36

    var map: Section {
        get throws {
            let (id, title) = ("map", "Maps of the embeddings")
            let store: Store
            switch sentences {
            case .inStore(let found): store = found
            case .missing(let reason): return Section(id, title, [.note(reason)])
            }
            var blocks: [Block] = [
                .paragraph(
                    "A point is an utterance of the test split, by what the classifier gets for it. PCA shows the two directions in which the "
                        + "embeddings differ most; distances are as in the embeddings, as far as two directions can show them. t-SNE keeps "
                        + "neighbours together; the distances between its clusters, their sizes and its axes mean nothing."
                )
            ]
            if answers.rows.count > EmbeddingMap.mostPoints {
                blocks.append(
                    .paragraph(
                        "Shown are \(EmbeddingMap.mostPoints) of the \(answers.rows.count) utterances, drawn at random."
                    ))
            }
            if groups.count > Self.mostMaps {
                blocks.append(.paragraph("Of the \(groups.count) groups the first \(Self.mostMaps) are mapped."))
            }
            let dialogues = try answers.dialogues(in: store)
            var trust = Table(
                "How far neighbours in a map are neighbours in the embeddings: trustworthiness of \(EmbeddingMap.neighbours) neighbours, at most 1",
                "group", ["PCA", "t-SNE"])
            var isVerified = false
            for (index, group) in comparison.groups.prefix(Self.mostMaps).enumerated() {
                let run = group.runs[0]
                if groups.count > 1 { blocks.append(.heading(group.name)) }
                if group.runs.count > 1 { blocks.append(.paragraph("The map is that of \(run.folder.path).")) }
                do {
                    guard
                        let map = try EmbeddingMap.of(
                            run.folder, run.record, dialogues, of: store, isVerified: isVerified)
                    else {
                        blocks.append(.paragraph("There are too few utterances for a map."))
                        continue
                    }
                    isVerified = true
                    blocks += [.gallery(Gallery(figures(map, index))), .table(neighbours(map, index))]
                    trust.add(group.name, [map.trust.components, map.trust.tsne].map { String(format: "%.4f", $0) })
                } catch {
                    // The other parts of the page do not need what is missing or damaged here.
                    blocks.append(.note("The map is missing: \(error)"))
                }
            }
            return Section(id, title, blocks + (trust.rows.isEmpty ? [] : [.table(trust)]))
        }
    }

    /// The group of points that an utterance belongs to: its gold class, or one behind them.
    private func group(of row: Int) -> Int {
        answers.gold[row] < 0
            ? min(answers.classes.count, Self.mostClasses) : min(answers.gold[row], Self.mostClasses - 1)
    }

    /// The names of the groups of points.
    private func names(_ map: EmbeddingMap) -> [String] {
        var names = Array(answers.classes.prefix(Self.mostClasses))
        if answers.classes.count > Self.mostClasses { names[Self.mostClasses - 1] = "other classes" }
        return names + (map.rows.contains { answers.gold[$0] < 0 } ? ["no class"] : [])
    }

    private func figures(_ map: EmbeddingMap, _ index: Int) -> [Figure] {
        func plot(_ plane: PlanePoints, _ xTitle: String, _ yTitle: String) -> Drawing {
            ScatterPlot(
                groups: names(map),
                points: map.rows.enumerated().map {
                    (Double(plane.x[$0]), Double(plane.y[$0]), group(of: $1))
                }, xTitle: xTitle, yTitle: yTitle
            ).drawing
        }
        func direction(_ number: String, _ share: Double) -> String {
            "\(number) component, " + String(format: "%.1f %% of the variance", 100 * share)
        }
        let shares = map.components.shares
        let (pca, tsne) = (direction("first", shares.x), direction("second", shares.y))
        let words =
            "\(map.rows.count) utterances in a plane by their embeddings of \(map.width) numbers, with colour and shape by gold class. "
        let tells = "The table after the figures says how many neighbours have the same class."
        return [
            Figure(
                name("map-pca", index), title("PCA", index), description: words + "Axes: \(pca); \(tsne). " + tells,
                plot(map.components.places, pca, tsne)),
            Figure(
                name("map-tsne", index), title("t-SNE, perplexity \(Self.short(map.perplexity))", index),
                description: words + tells, plot(map.tsne, "", "")),
        ]
    }

    private static func short(_ number: Double) -> String { String(format: "%.4g", number) }

    /// Whether neighbours have one class, and whether the maps keep neighbours.
    private func neighbours(_ map: EmbeddingMap, _ index: Int) -> Table {
        let near = EmbeddingMap.neighbours
        var table = Table(
            title("Of the \(near) nearest utterances, those of the same class, in per cent", index), "class",
            ["utterances", "embeddings", "PCA", "t-SNE"])
        let neighbourhoods = [map.nearest.truth, map.nearest.components, map.nearest.tsne]
        func add(_ name: String, _ points: [Int]) {
            guard !points.isEmpty else { return }
            table.add(
                name,
                ["\(points.count)"]
                    + neighbourhoods.map { nearest in
                        let equal = points.reduce(0) { sum, point in
                            sum + nearest[point].count { answers.gold[map.rows[$0]] == answers.gold[map.rows[point]] }
                        }
                        return String(format: "%.2f", 100 * Double(equal) / Double(points.count * near))
                    })
        }
        let labelled = map.rows.indices.filter { answers.gold[map.rows[$0]] >= 0 }
        for (number, name) in answers.classes.prefix(Self.mostClasses).enumerated() {
            add(name, labelled.filter { answers.gold[map.rows[$0]] == number })
        }
        add("all", labelled)
        return table
    }
}
