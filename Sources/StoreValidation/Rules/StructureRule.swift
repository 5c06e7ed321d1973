import Conversations
import FeatureStore
import HDF5

/// Every object of the format is there, with its type, its rank and its number of rows.
struct StructureRule: Rule {
    let codes: [FindingCode] = [.missingObject, .wrongType, .wrongRowCount, .checksumMismatch]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings = store.unreadable.map {
            Finding(.checksumMismatch, at: $0.path, "it cannot be opened: \($0.reason)")
        }
        let unreadable = Set(store.unreadable.map(\.path) + store.refused.map(\.path))
        for list in StoreSchema.lists {
            guard let dataset = store.datasets[list.path] else {
                if !unreadable.contains(list.path) {
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
        case .classes, .asNames, .any: nil
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
