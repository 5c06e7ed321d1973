import FeatureStore
import Foundation

extension StoreSummary {
    /// How many speakers the text lists.
    private static let speakerLimit = 10

    /// The summary for people, at most 80 columns wide where names allow it.
    public func text() -> String {
        var lines = [file]
        let scope = speakerScope == "corpus" ? "the same person in every dialogue" : "numbered within each dialogue"
        lines += [
            "  dataset     \(dataset), \(dialogues) dialogues, \(utterances) utterances",
            "  format      \(formatVersion), \(Self.size(bytes))",
            "  content id  \(contentID)",
            "  speakers    \(speakers.count) (\(scope))",
        ]
        lines += ["", "Splits         dialogues  utterances  shortest  median  longest    mean"]
        for split in splits {
            var line =
                "  \(Self.left(split.name, 12)) \(Self.right(split.dialogues, 9))  \(Self.right(split.utterances, 10))"
            if let lengths = split.lengths {
                line +=
                    "  \(Self.right(lengths.shortest, 8))  \(Self.right(lengths.median, 6))  \(Self.right(lengths.longest, 7))"
                line += "  " + Self.right(String(format: "%.1f", lengths.mean), 6)
            }
            lines.append(line)
        }
        for split in splits { lines += TextWrap.lines("\(split.name): \(split.origin)", indent: "  ", hanging: "    ") }
        lines += table("Utterances of each class", classes, splits.map(\.classes))
        if splits.contains(where: { $0.unlabelled > 0 }) {
            lines += row("no class", splits.map(\.unlabelled), width: nameWidth(classes))
        }
        lines += speakerTable()
        lines += featureTable()
        lines += origins()
        return lines.joined(separator: "\n")
    }

    // MARK: Tables

    private func nameWidth(_ names: [String]) -> Int { min(30, max(8, names.map(\.count).max() ?? 0)) }

    private func table(_ title: String, _ names: [String], _ columns: [[Int]]) -> [String] {
        let width = nameWidth(names)
        var lines = ["", title, "  " + Self.left("", width) + splits.map { "  " + Self.right($0.name, 9) }.joined()]
        for (index, name) in names.enumerated() { lines += row(name, columns.map { $0[index] }, width: width) }
        return lines
    }

    private func row(_ name: String, _ numbers: [Int], width: Int) -> [String] {
        ["  " + Self.left(name, width) + numbers.map { "  " + Self.right($0, 9) }.joined()]
    }

    /// The speakers who say most, for each split.
    private func speakerTable() -> [String] {
        let totals = speakers.indices.map { index in splits.reduce(0) { $0 + $1.speakers[index] } }
        let order = speakers.indices.sorted { (totals[$1], $0) < (totals[$0], $1) }
        let shown = order.prefix(Self.speakerLimit)
        var lines = table(
            "Utterances of each speaker", shown.map { speakers[$0] },
            splits.map { split in shown.map { split.speakers[$0] } })
        if order.count > shown.count { lines.append("  and \(order.count - shown.count) more") }
        return lines
    }

    private func featureTable() -> [String] {
        let width = nameWidth(features.map(\.name))
        var lines = ["", "Features"]
        for feature in features {
            var line =
                "\(Self.left(feature.name, width))  \(Self.left(feature.modality, 6)) \(Self.right(feature.width, 5)) values"
            line += ", \(Self.size(feature.bytes))\(feature.isCompressed ? " compressed" : "")"
            if let layer = feature.layer { line += ", layer \(layer)" }
            if feature.sourceDataType != "float32" { line += ", from \(feature.sourceDataType)" }
            let extractor = feature.extractor ?? ""
            if extractor.isEmpty || line.count + extractor.count < 77 {
                lines.append("  " + line + (extractor.isEmpty ? "" : ", " + extractor))
            } else {
                lines += ["  " + line] + TextWrap.lines(extractor, indent: "  " + Self.left("", width + 2))
            }
        }
        return lines
    }

    private func origins() -> [String] {
        var lines = ["", "Made from"]
        for source in sources {
            lines += TextWrap.lines(
                "\(source.name) (\(source.layout), \(Self.size(source.bytes)), sha256 \(source.sha256.prefix(16))…)",
                indent: "  ", hanging: "    ")
        }
        if sources.isEmpty { lines.append("  nothing the file names") }
        if let toolVersion, !toolVersion.isEmpty {
            lines.append("  by version \(toolVersion)\(created.map { ", \($0)" } ?? "")")
        }
        if let options, !options.isEmpty {
            lines += TextWrap.lines("options: \(options)", indent: "  ", hanging: "    ")
        }
        for warning in warnings { lines += TextWrap.lines("warning: \(warning)", indent: "  ", hanging: "    ") }
        return lines
    }

    // MARK: Columns

    private static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<(1 << 20): "\((bytes + 1023) >> 10) KiB"
        case ..<(1 << 30): String(format: "%.1f MiB", Double(bytes) / Double(1 << 20))
        default: String(format: "%.2f GiB", Double(bytes) / Double(1 << 30))
        }
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func right(_ number: Int, _ width: Int) -> String { right("\(number)", width) }
}
