import Conversations
import Foundation
import HDF5

/// Reads a store's metadata into memory. Every fault of the file becomes one ``StoreError``.
final class StoreReader {
    private let path: String
    private var file: File?
    /// The paths of all datasets.
    private var datasets: [String] = []

    init(opening path: String) throws(StoreError) {
        self.path = path
        try Store.requireFile(path)
        guard File.isHDF5(path) else {
            throw StoreError(
                .notHDF5, file: path,
                message: "it is not an HDF5 file, or its beginning is damaged; give a store that 'vuemo convert' wrote")
        }
        do {
            self.file = try openFile(path)
        } catch let error as HDF5Error {
            if let open = StoreError(openElsewhere: error) { throw open }
            throw StoreError(
                .damaged, file: path, object: error.object,
                message: "\(error.message); copy the file again or convert it again")
        } catch {
            throw error as? StoreError ?? StoreError(.damaged, file: path, message: "\(error)")
        }
    }

    /// Opens the file and makes sure, before any value is read, that nothing in it leads out of it.
    private func openFile(_ path: String) throws -> File {
        let file = try File(inspecting: path)
        let contents = file.contents()
        if let (object, refusal) = contents.refused.first {
            throw StoreError(
                .foreign, file: path, object: object,
                message: "\(refusal.message); a store holds everything itself: use one that 'vuemo convert' wrote")
        }
        if let (_, error) = contents.unreadable.first { throw error }
        datasets = contents.datasets
        return file
    }

    /// Hands the open file over; the reader is of no use afterwards.
    func takeFile() -> File {
        guard let file = file.take() else { preconditionFailure("the file was taken twice") }
        return file
    }

    /// Runs a read on the open file and turns what the HDF5 layer throws into a store's error.
    private func reading<Value: ~Copyable>(
        _ reason: StoreError.Reason = .malformed, _ body: (borrowing File) throws -> Value
    ) throws(StoreError) -> Value {
        do {
            switch file {
            case .some(let file): return try body(file)
            case .none: preconditionFailure("the file was taken")
            }
        } catch let error as HDF5Error {
            throw StoreError(error, reason: reason)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(reason, file: path, message: "\(error)")
        }
    }

    // MARK: Header

    func readHeader() throws(StoreError) -> (dataset: String, version: FormatVersion, contentID: String) {
        let format = try? reading { try $0.readString(attribute: "format") }
        guard format == StorePath.format else {
            throw StoreError(
                .notAStore, file: path,
                message: "it is an HDF5 file but not a feature store; give a store that 'vuemo convert' wrote")
        }
        let text = try reading { try $0.readString(attribute: "format_version") }
        guard let version = FormatVersion(text) else {
            throw StoreError(.malformed, file: path, message: "its format version '\(text)' is none; convert again")
        }
        guard version.major == FormatVersion.current.major else {
            throw StoreError(
                .unsupportedVersion, file: path,
                message:
                    "its format version is \(version), but this program reads \(FormatVersion.current.major).x (\(FormatVersion.current)); "
                    + (version.major > FormatVersion.current.major
                        ? "update the program" : "convert the source files again"))
        }
        let complete = try? reading { try $0.readScalar(attribute: "complete", as: UInt8.self) }
        guard complete == 1 else {
            throw StoreError(.incomplete, file: path, message: "its writing never ended; convert again")
        }
        return (
            try reading { try $0.readString(attribute: "dataset") }, version,
            try reading { try $0.readString(attribute: "content_id") }
        )
    }

    // MARK: Tables

    /// Everything per dialogue and per utterance but sentences and features.
    struct Tables {
        var dialogues: [StoreDialogue]
        var utteranceIDs: StringColumn
        var labels: [Int32]
        var speakers: [UInt32]
        var labelNames: [String]
        var speakerNames: [String]
        var speakerScope: SpeakerScope
        var splits: [SplitDescription]
        var textOffsets: [UInt64]
    }

    func readTables() throws(StoreError) -> Tables {
        for path in StoreSchema.lists.map(\.path) where path != StorePath.textBytes {
            try reading { file in try file.verify(file.openDataset(path)) }
        }
        let splitNames = try strings(StorePath.splitNames)
        let splits = zip(splitNames, try strings(StorePath.splitOrigin, count: splitNames.count)).map {
            SplitDescription(name: $0, origin: $1)
        }
        try requireUnique(splitNames, StorePath.splitNames)
        let labels = try numbers(StorePath.label, as: Int32.self)
        let utterances = labels.count
        let scope = try reading { try $0.readString(attribute: "scope", of: StorePath.speakers) }
        guard let scope = SpeakerScope(rawValue: scope) else {
            throw malformed(StorePath.speakers, "its scope '\(scope)' is neither corpus nor dialogue")
        }
        let tables = Tables(
            dialogues: try readDialogues(splits: splits.count, utterances: utterances),
            utteranceIDs: try column(StorePath.utteranceID, count: utterances),
            labels: labels,
            speakers: try numbers(StorePath.speaker, as: UInt32.self, count: utterances),
            labelNames: try strings(StorePath.labelNames),
            speakerNames: try strings(StorePath.speakerNames),
            speakerScope: scope,
            splits: splits,
            textOffsets: try readOffsets(
                StorePath.textOffset, count: utterances, end: try rowCount(of: StorePath.textBytes)))
        try requireUnique(tables.labelNames, StorePath.labelNames)
        try requireClasses(labels, tables.labelNames, StorePath.label)
        if let row = tables.speakers.firstIndex(where: { $0 >= tables.speakerNames.count }) {
            throw malformed(
                StorePath.speaker,
                "row \(row) holds \(tables.speakers[row]), but there are \(tables.speakerNames.count) speakers")
        }
        return tables
    }

    private func readDialogues(splits: Int, utterances: Int) throws(StoreError) -> [StoreDialogue] {
        let ids = try column(StorePath.dialogueID)
        let offsets = try readOffsets(StorePath.utteranceOffset, count: ids.count, end: utterances)
        let split = try numbers(StorePath.dialogueSplit, as: UInt8.self, count: ids.count)
        let order = try numbers(StorePath.sourceOrder, as: UInt32.self, count: ids.count)
        if let row = split.firstIndex(where: { $0 >= splits }) {
            throw malformed(
                StorePath.dialogueSplit,
                split[row] == StorePath.noSplit
                    ? "dialogue '\(ids[row])' belongs to no split"
                    : "row \(row) holds \(split[row]), but there are \(splits) splits")
        }
        guard Set(order).count == order.count, order.allSatisfy({ $0 < order.count }) else {
            throw malformed(StorePath.sourceOrder, "it does not hold each of 0 to \(order.count - 1) once")
        }
        try requireUnique(ids, StorePath.dialogueID)
        if let row = ids.indices.first(where: { offsets[$0] == offsets[$0 + 1] }) {
            throw malformed(StorePath.utteranceOffset, "dialogue '\(ids[row])' has no utterances")
        }
        return ids.indices.map {
            StoreDialogue(
                id: ids[$0], split: split[$0] == StorePath.noSplit ? nil : Int(split[$0]),
                range: Int(offsets[$0])..<Int(offsets[$0 + 1]), sourcePosition: Int(order[$0]))
        }
    }

    /// Offsets that begin at 0, never fall, and end at `end`.
    private func readOffsets(_ path: String, count: Int, end: Int) throws(StoreError) -> [UInt64] {
        let offsets = try numbers(path, as: UInt64.self, count: count + 1)
        guard offsets.first == 0, offsets.last == UInt64(end),
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
        else {
            throw malformed(path, "its offsets do not rise from 0 to \(end)")
        }
        return offsets
    }

    // MARK: Features

    func readFeatures(rows: Int) throws(StoreError) -> [FeatureDataset] {
        let names = try reading { try $0.memberNames(of: StorePath.features) }
        var features: [FeatureDataset] = []
        for name in names {
            let path = StorePath.feature(name)
            let dataset = try open(path)
            guard dataset.elementType == .of(.float32), dataset.shape.count == 2, dataset.shape[0] == rows,
                dataset.shape[1] > 0
            else {
                throw malformed(path, "it is not a float32 array of \(rows) rows")
            }
            features.append(FeatureDataset(try description(of: dataset, name: name), dataset))
        }
        guard !features.isEmpty else { throw malformed(StorePath.features, "it holds no feature") }
        for modality in Modality.allCases {
            let layers = features.map(\.description).filter { $0.modality == modality && $0.layer != nil }
            for (index, own) in layers.enumerated() {
                guard let layer = own.layer, layer >= 1, own.width == layers[0].width,
                    !layers[..<index].contains(where: { $0.layer == layer })
                else {
                    throw malformed(
                        StorePath.feature(own.name),
                        "the layers of one encoder are numbered from 1, each once and all of one width, and layer "
                            + "\(own.layer ?? 0) of width \(own.width) is not")
                }
            }
        }
        return features
    }

    private func description(of dataset: borrowing Dataset, name: String) throws(StoreError) -> FeatureDescription {
        do {
            let modality = try dataset.readString(attribute: "modality")
            guard let modality = Modality(rawValue: modality) else {
                throw malformed(dataset.path, "its modality '\(modality)' is unknown")
            }
            return FeatureDescription(
                name: name, modality: modality,
                layer: dataset.hasAttribute("layer")
                    ? Int(try dataset.readScalar(attribute: "layer", as: Int32.self)) : nil,
                width: dataset.shape[1],
                extractor: dataset.hasAttribute("extractor") ? try dataset.readString(attribute: "extractor") : nil,
                sourceDataType: try dataset.readString(attribute: "source_dtype"))
        } catch let error as HDF5Error {
            throw StoreError(error, reason: .malformed)
        } catch {
            throw error as? StoreError ?? malformed(dataset.path, "\(error)")
        }
    }

    // MARK: Labels beside those of emotion

    func readTargets(rows: Int) throws(StoreError) -> [LabelSet] {
        let names = try reading { file in
            file.exists(StorePath.targets) ? try file.memberNames(of: StorePath.targets) : []
        }
        return try names.map { name throws(StoreError) in
            let lists = try reading { file in
                StoreSchema.targetLists(of: name).filter { !$0.isOptional || file.exists($0.path) }
            }
            for list in lists { try reading { file in try file.verify(file.openDataset(list.path)) } }
            let values =
                lists.contains { $0.isOptional }
                ? try numbers(StorePath.targetValues(name), as: Double.self, count: rows) : nil
            let target = LabelSet(
                name: name, labelNames: try strings(StorePath.targetNames(name)),
                labels: try numbers(StorePath.targetLabel(name), as: Int32.self, count: rows), values: values)
            try requireUnique(target.labelNames, StorePath.targetNames(name))
            try requireClasses(target.labels, target.labelNames, StorePath.targetLabel(name))
            return target
        }
    }

    // MARK: Content id

    /// Makes sure that somebody computed the content id from what the file holds. The lists were compared with their SHA-256 when they
    /// were read; those of features and sentences are taken as they are stated until ``Store/verify(features:nonFinite:)``.
    func checkContentID(_ stated: String, _ version: FormatVersion) throws(StoreError) {
        guard let definition = ContentIdentifier.Definition(version) else { return }
        let found = try reading { file in try file.statedContentID(definition, datasets: datasets) }
        guard found != stated else { return }
        throw StoreError(
            .damaged, file: path,
            message:
                "it states the content id \(stated.prefix(12))…, but what it holds has \(found.prefix(12))…, so it was "
                + "changed after it was written; copy it again or convert it again")
    }

    // MARK: Provenance

    func readProvenance() throws(StoreError) -> StoreProvenance? {
        try reading { file in
            guard file.exists(StorePath.provenance) else { return nil }
            let group = try file.openGroup(StorePath.provenance)
            var sources: [SourceFile] = []
            for name in file.exists(StorePath.sources) ? try file.memberNames(of: StorePath.sources) : [] {
                let source = try file.openGroup("\(StorePath.sources)/\(name)")
                sources.append(
                    SourceFile(
                        name: try source.readString(attribute: "name"),
                        bytes: try source.readScalar(attribute: "bytes"),
                        sha256: try source.readString(attribute: "sha256"),
                        layout: try source.readString(attribute: "layout")))
            }
            return StoreProvenance(
                sources: sources,
                toolVersion: group.hasAttribute("tool_version") ? try group.readString(attribute: "tool_version") : "",
                options: group.hasAttribute("options") ? try group.readString(attribute: "options") : "",
                warnings: file.exists(StorePath.warnings) ? try file.readStrings(StorePath.warnings) : [],
                created: group.hasAttribute("created") ? try group.readString(attribute: "created") : nil,
                latin1Sentences: group.hasAttribute("latin1_sentences")
                    ? try group.readScalar(attribute: "latin1_sentences") : 0)
        }
    }

    // MARK: Datasets

    private func open(_ path: String) throws(StoreError) -> Dataset {
        try reading { file in
            // Large enough for the chunks of a few dialogues, should the rows be compressed.
            return try file.openDataset(path, chunkCacheBytes: 8 << 20)
        }
    }

    private func rowCount(of path: String) throws(StoreError) -> Int {
        try open(path).rowCount
    }

    private func numbers<Value: Scalar>(
        _ path: String, as type: Value.Type, count: Int? = nil
    ) throws(StoreError) -> [Value] {
        let dataset = try open(path)
        guard dataset.elementType == .of(Value.scalarType), dataset.shape.count == 1,
            dataset.shape[0] == count ?? dataset.shape[0]
        else {
            throw malformed(
                path, "it is not a list of \(count.map { "\($0) " } ?? "")\(Value.scalarType.rawValue) values")
        }
        return try reading { _ in try dataset.readAll(as: type) }
    }

    private func strings(_ path: String, count: Int? = nil) throws(StoreError) -> [String] {
        let dataset = try open(path)
        guard dataset.shape.count == 1, dataset.shape[0] == count ?? dataset.shape[0] else {
            throw malformed(path, "it is not a list of \(count.map { "\($0) " } ?? "")strings")
        }
        return try reading { _ in try dataset.readStrings() }
    }

    /// A list of strings too long to be made of single ones.
    private func column(_ path: String, count: Int? = nil) throws(StoreError) -> StringColumn {
        let dataset = try open(path)
        guard dataset.shape.count == 1, dataset.shape[0] == count ?? dataset.shape[0] else {
            throw malformed(path, "it is not a list of \(count.map { "\($0) " } ?? "")strings")
        }
        return try reading { _ in try dataset.readColumn() }
    }

    /// Refuses an empty name, and one that stands there twice: numbers would mean one thing here and another there. Bytes are compared.
    private func requireUnique(_ names: some Sequence<String>, _ path: String) throws(StoreError) {
        guard !names.contains("") else { throw malformed(path, "a name in it is empty") }
        var seen: Set<[UInt8]> = []
        guard let repeated = names.first(where: { !seen.insert(Array($0.utf8)).inserted }) else { return }
        throw malformed(path, "'\(repeated)' stands there twice")
    }

    /// Refuses a label that is no class.
    private func requireClasses(_ labels: [Int32], _ names: [String], _ path: String) throws(StoreError) {
        guard let row = labels.firstIndex(where: { !(-1..<Int32(clamping: names.count)).contains($0) }) else { return }
        throw malformed(path, "row \(row) holds \(labels[row]), but there are \(names.count) classes")
    }

    private func malformed(_ object: String, _ message: String) -> StoreError {
        StoreError(
            .malformed, file: path, object: object, message: message + "; convert again, or see 'vuemo validate'")
    }
}

extension Dataset {
    /// Reads fixed-length strings into one piece of memory.
    /// - Throws: ``HDF5Error`` where it holds something else or a string is not UTF-8.
    func readColumn() throws(HDF5Error) -> StringColumn {
        guard case .string(let size) = elementType else {
            throw HDF5Error(
                operation: "read", file: file, object: path, message: "it does not hold strings of fixed length")
        }
        var column = StringColumn()
        var fault: Int?
        try forEachBlock { rows, bytes in
            for row in rows {
                let field = bytes[(row - rows.lowerBound) * size..<(row - rows.lowerBound + 1) * size]
                let string = UnsafeRawBufferPointer(rebasing: field.prefix { $0 != 0 })
                guard string.isUTF8 else {
                    fault = row
                    return false
                }
                column.append(utf8: string)
            }
            return true
        }
        guard let fault else { return column }
        throw HDF5Error(operation: "read", file: file, object: path, message: "row \(fault) is not valid UTF-8")
    }
}
