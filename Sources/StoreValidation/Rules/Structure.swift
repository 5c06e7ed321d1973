import Conversations
import FeatureStore
import HDF5

extension FindingCode {
    package static let incomplete = FindingCode("E002", title: "writing never ended", hint: Hint.convertAgain)
    package static let unsupportedVersion = FindingCode(
        "E003", title: "unsupported version", hint: "Update the program, or convert the source files again.")
    package static let missingObject = FindingCode("E010", title: "missing object", hint: Hint.convertAgain)
}

/// The root attributes: is it a store, of which version, and was it finished?
struct HeaderRule: Rule {
    static let codes: [FindingCode] = [.missingObject, .unsupportedVersion, .incomplete]

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard format(of: store) == StorePath.format else {
            return [
                Finding(
                    .missingObject, at: "/",
                    "the attribute 'format' is not \"\(StorePath.format)\": this is HDF5, but no feature store")
            ]
        }
        guard let text = try? store.file.readString(attribute: "format_version"), let version = FormatVersion(text)
        else {
            return [Finding(.missingObject, at: "/", "the attribute 'format_version' is missing or no version")]
        }
        guard version.major == FormatVersion.current.major else {
            return [
                Finding(
                    .unsupportedVersion, at: "/",
                    "the file has format version \(version), but this program reads \(FormatVersion.current.major).x (\(FormatVersion.current))"
                )
            ]
        }
        var findings: [Finding] = []
        for name in ["dataset", "content_id"] where (try? store.file.readString(attribute: name)) == nil {
            findings.append(Finding(.missingObject, at: "/", "the attribute '\(name)' is missing or no string"))
        }
        if (try? store.file.readScalar(attribute: "complete", as: Int.self)) != 1 {
            findings.append(Finding(.incomplete, at: "/", "the attribute 'complete' is not 1"))
        }
        return findings
    }

    /// Whether the rest of the file follows a layout that this program knows.
    func isReadable(_ store: StoreInspection) -> Bool {
        guard format(of: store) == StorePath.format else { return false }
        let version = (try? store.file.readString(attribute: "format_version")).flatMap { FormatVersion($0) }
        return version.map { $0.major == FormatVersion.current.major } ?? true
    }

    private func format(of store: StoreInspection) -> String? {
        try? store.file.readString(attribute: "format")
    }
}

extension FindingCode {
    package static let wrongType = FindingCode("E011", title: "wrong type or shape", hint: Hint.convertAgain)
    package static let wrongRowCount = FindingCode("E012", title: "wrong number of rows", hint: Hint.convertAgain)
}

/// Every object of the format is there, with its type, its rank and its number of rows.
struct StructureRule: Rule {
    static let codes: [FindingCode] = [.missingObject, .wrongType, .wrongRowCount, .checksumMismatch]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings = store.unreadable.map {
            Finding(.checksumMismatch, at: $0.path, "it cannot be opened: \($0.reason)")
        }
        let unreadable = Set(store.unreadable.map(\.path) + store.refused.map(\.path))
        for list in StoreSchema.lists + store.targetNames.flatMap(StoreSchema.targetLists) {
            guard let dataset = store.datasets[list.path] else {
                if !list.isOptional, !unreadable.contains(list.path) {
                    findings.append(Finding(.missingObject, at: list.path, "there is no such dataset"))
                }
                continue
            }
            findings += check(dataset, list.type, count(list, store))
        }
        let scope = try? store.file.readString(attribute: "scope", of: StorePath.speakers)
        if scope.flatMap(SpeakerScope.init(rawValue:)) == nil {
            findings.append(
                Finding(
                    .missingObject, at: StorePath.speakers,
                    "the attribute 'scope' is neither \"corpus\" nor \"dialogue\""))
        }
        return findings + checkFeatures(store)
    }

    /// The rows that a list must have; nil where any number will do, as of the two from which the others' numbers are taken.
    private func count(_ list: StoreSchema.List, _ store: StoreInspection) -> Int? {
        guard list.path != StorePath.dialogueID, list.path != StorePath.label else { return nil }
        return switch list.rows {
        case .dialogues: store.dialogueCount
        case .utterances: store.utteranceCount
        case .dialoguesPlusOne: store.dialogueCount.map { $0 + 1 }
        case .utterancesPlusOne: store.utteranceCount.map { $0 + 1 }
        case .asNames: store.datasets[StorePath.splitNames]?.shape.first
        case .classes, .any: nil
        }
    }

    private func check(_ dataset: DatasetInspection, _ type: ScalarType?, _ rows: Int?) -> [Finding] {
        let found = "\(dataset.type.numpyName ?? "another type") of shape \(dataset.shape)"
        guard dataset.shape.count == 1 else {
            return [Finding(.wrongType, at: dataset.path, "it is \(found), not a list")]
        }
        if let type {
            guard dataset.type == .of(type) else {
                return [Finding(.wrongType, at: dataset.path, "it is \(found), not of little-endian \(type.rawValue)")]
            }
        } else {
            guard case .string = dataset.type else {
                return [Finding(.wrongType, at: dataset.path, "it is \(found), not of strings of fixed length")]
            }
        }
        guard let rows, dataset.shape[0] != rows else { return [] }
        return [Finding(.wrongRowCount, at: dataset.path, "it has \(dataset.shape[0]) rows, not \(rows)")]
    }

    // MARK: Features

    private func checkFeatures(_ store: StoreInspection) -> [Finding] {
        let paths = store.datasets.keys.filter { $0.hasPrefix(StorePath.features + "/") }.sorted()
        guard !paths.isEmpty else {
            return [Finding(.missingObject, at: StorePath.features, "there is no feature")]
        }
        return paths.flatMap { checkFeature($0, store) }
    }

    private func checkFeature(_ path: String, _ store: StoreInspection) -> [Finding] {
        guard let dataset = store.datasets[path] else { return [] }
        var findings: [Finding] = []
        if dataset.type != .of(.float32) || dataset.shape.count != 2 || dataset.shape[1] == 0 {
            findings.append(
                Finding(
                    .wrongType, at: path,
                    "it is \(dataset.type.numpyName ?? "another type") of shape \(dataset.shape), not little-endian float32 of utterances by width"
                ))
        } else if let utterances = store.utteranceCount, dataset.shape[0] != utterances {
            findings.append(
                Finding(
                    .wrongRowCount, at: path,
                    "it has \(dataset.shape[0]) rows, not one for each of \(utterances) utterances"))
        }
        let modality = try? store.file.readString(attribute: "modality", of: path)
        if modality.flatMap(Modality.init(rawValue:)) == nil {
            findings.append(Finding(.missingObject, at: path, "the attribute 'modality' is not text, audio or visual"))
        }
        if (try? store.file.readString(attribute: "source_dtype", of: path)) == nil {
            findings.append(Finding(.missingObject, at: path, "the attribute 'source_dtype' is missing or no string"))
        }
        let name = String(path.dropFirst(StorePath.features.count + 1))
        for path in [StorePath.mean(name), StorePath.standardDeviation(name)] {
            guard let statistics = store.datasets[path] else {
                findings.append(Finding(.missingObject, at: path, "there is no such dataset"))
                continue
            }
            findings += check(statistics, .float64, dataset.shape.count == 2 ? dataset.shape[1] : nil)
        }
        return findings
    }
}

extension FindingCode {
    package static let faultyLayers = FindingCode(
        "E048", title: "layers that do not go together",
        hint: "Number the layers of one encoder from 1, each once and all of one width, and convert again.")
}

/// The layers of one encoder are numbered from 1, each number once, and have one width.
struct LayerRule: Rule {
    static let codes: [FindingCode] = [.faultyLayers]

    func findings(in store: StoreInspection) throws -> [Finding] {
        let layers = store.features.compactMap {
            feature -> (feature: FeatureInspection, modality: String, layer: Int)? in
            guard let file = try? store.file.openDataset(feature.path), file.hasAttribute("layer"),
                let layer = try? file.readScalar(attribute: "layer", as: Int32.self),
                let modality = try? file.readString(attribute: "modality")
            else { return nil }
            return (feature, modality, Int(layer))
        }
        var faults: [(path: String, example: String)] = []
        for (index, own) in layers.enumerated() {
            let path = own.feature.path
            if own.layer < 1 { faults.append((path, "'\(own.feature.name)' has layer \(own.layer)")) }
            guard let first = layers[..<index].first(where: { $0.modality == own.modality }) else { continue }
            if first.feature.width != own.feature.width {
                faults.append(
                    (
                        path,
                        "'\(own.feature.name)' has width \(own.feature.width), and '\(first.feature.name)' \(first.feature.width)"
                    ))
            }
            if let same = layers[..<index].first(where: { $0.modality == own.modality && $0.layer == own.layer }) {
                faults.append((path, "'\(own.feature.name)' and '\(same.feature.name)' both have layer \(own.layer)"))
            }
        }
        guard let first = faults.first else { return [] }
        return [
            Finding(
                .faultyLayers, at: first.path, "the layers of an encoder do not go together", count: faults.count,
                examples: faults.prefix(Finding.exampleLimit).map { Example($0.example) })
        ]
    }
}

extension FindingCode {
    package static let foreignStorage = FindingCode(
        "E061", title: "link, virtual dataset or unknown filter",
        hint: "A store holds all of its data itself; rewrite the file without links and foreign filters.")
}

/// All data lies in the file itself, in a form that every HDF5 library reads.
struct ForeignStorageRule: Rule {
    static let codes: [FindingCode] = [.foreignStorage]

    func findings(in store: StoreInspection) throws -> [Finding] {
        store.refused.map { Finding(.foreignStorage, at: $0.path, $0.refusal.message) }
    }
}

extension FindingCode {
    package static let unknownContent = FindingCode(
        "I204", title: "unknown content", hint: "A newer program may read more of this store.")
}

/// Content that this program does not know: of a newer minor version, or added by someone.
struct UnknownContentRule: Rule {
    static let codes: [FindingCode] = [.unknownContent]

    private static let open = [StorePath.features, StorePath.statistics, StorePath.checksums, StorePath.provenance]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        let text = try? store.file.readString(attribute: "format_version")
        if let version = text.flatMap({ FormatVersion($0) }), version.minor > FormatVersion.current.minor {
            findings.append(
                Finding(
                    .unknownContent, at: "/",
                    "the file has format version \(version), newer than \(FormatVersion.current)"))
        }
        let known = Set((StoreSchema.lists + store.targetNames.flatMap(StoreSchema.targetLists)).map(\.path))
        let unknown = store.datasets.keys.filter { path in
            !known.contains(path) && !Self.open.contains { path.hasPrefix($0 + "/") }
        }
        if !unknown.isEmpty {
            findings.append(
                Finding(
                    .unknownContent, at: "/",
                    "\(unknown.count) datasets are not part of format \(FormatVersion.current)", count: unknown.count,
                    examples: unknown.sorted().map { Example($0) }))
        }
        return findings
    }
}
