import HDF5

/// Writes datasets other than feature rows, each with its checksums.
struct MetadataWriter {
    var content: ContentIdentifier

    /// Writes everything of a manifest but the features.
    mutating func write(_ manifest: StoreManifest, to file: borrowing File) throws(HDF5Error) {
        try write(StringColumn(manifest.dialogues.lazy.map(\.id)), at: StorePath.dialogueID, to: file)
        try write(offsets(of: manifest.dialogues.map(\.utteranceCount)), at: StorePath.utteranceOffset, to: file)
        try write(manifest.dialogues.map { UInt8($0.split) }, at: StorePath.dialogueSplit, to: file)
        try write(manifest.dialogues.map { UInt32($0.sourcePosition) }, at: StorePath.sourceOrder, to: file)
        try write(manifest.labels, at: StorePath.label, to: file)
        try write(manifest.speakers, at: StorePath.speaker, to: file)
        try write(manifest.utteranceIDs, at: StorePath.utteranceID, to: file)
        try write(manifest.sentences.offsets, at: StorePath.textOffset, to: file)
        try write(manifest.sentences.bytes, at: StorePath.textBytes, to: file)
        try write(manifest.labelNames, at: StorePath.labelNames, to: file)
        try write(manifest.speakerNames, at: StorePath.speakerNames, to: file)
        try file.writeString(attribute: "scope", of: StorePath.speakers, value: manifest.speakerScope.rawValue)
        content.add(attribute: "scope", of: StorePath.speakers, value: manifest.speakerScope.rawValue)
        content.add(attribute: "dataset", of: "/", value: manifest.dataset)
        try write(manifest.splits.map(\.name), at: StorePath.splitNames, to: file)
        try write(manifest.splits.map(\.origin), at: StorePath.splitOrigin, to: file)
        for target in manifest.targets {
            try write(target.labels, at: StorePath.targetLabel(target.name), to: file)
            try write(target.labelNames, at: StorePath.targetNames(target.name), to: file)
            // One bit pattern for what is not there: content ids are of bytes.
            try target.values.map { values throws(HDF5Error) in
                try write(values.map { $0.isNaN ? .nan : $0 }, at: StorePath.targetValues(target.name), to: file)
            }
        }
        try writeProvenance(of: manifest, to: file)
    }

    private mutating func writeProvenance(of manifest: StoreManifest, to file: borrowing File) throws(HDF5Error) {
        let provenance = try file.createGroup(StorePath.provenance)
        try provenance.write(manifest.toolVersion, attribute: "tool_version")
        try provenance.write(manifest.options, attribute: "options")
        try provenance.write(UInt64(manifest.latin1Sentences), attribute: "latin1_sentences")
        if let created = manifest.created { try provenance.write(created, attribute: "created") }
        try write(manifest.warnings, at: StorePath.warnings, to: file)
        _ = try file.createGroup(StorePath.sources)
        for (index, source) in manifest.sources.enumerated() {
            let group = try file.createGroup("\(StorePath.sources)/\(index)")
            try group.write(source.name, attribute: "name")
            try group.write(UInt64(source.bytes), attribute: "bytes")
            try group.write(source.sha256, attribute: "sha256")
            try group.write(source.layout, attribute: "layout")
        }
    }

    /// Writes what was measured on a feature's training rows.
    mutating func writeStatistics(
        _ statistics: ColumnStatistics, of feature: String, fittedOn split: String, to file: borrowing File
    ) throws(HDF5Error) {
        let group = try file.createGroup("\(StorePath.statistics)/\(feature)")
        try group.write(split, attribute: "fitted_on")
        try group.write(UInt64(statistics.rows), attribute: "rows")
        try write(statistics.mean, at: StorePath.mean(feature), to: file)
        try write(statistics.standardDeviation(), at: StorePath.standardDeviation(feature), to: file)
    }

    /// Writes the block checksums of a dataset.
    func writeChecksums(
        _ blocks: [UInt32], rowsPerBlock: Int, of path: String, to file: borrowing File
    ) throws(HDF5Error) {
        let dataset = try file.createDataset(StorePath.checksums(of: path), type: .uint32, shape: [blocks.count])
        try dataset.writeAll(blocks)
        try dataset.write(UInt64(rowsPerBlock), attribute: "rows_per_block")
    }

    private mutating func write<Value: Scalar>(
        _ values: [Value], at path: String, to file: borrowing File
    ) throws(HDF5Error) {
        let type = StoreSchema.list(at: path).map(\.type)
        precondition(type == nil || type == Value.scalarType, "\(path) is not what the schema says")
        try file.write(values, to: path)
        try seal(path, in: file)
    }

    private mutating func write(_ strings: [String], at path: String, to file: borrowing File) throws(HDF5Error) {
        try file.writeStrings(strings, to: path)
        try seal(path, in: file)
    }

    /// Strings of fixed length are made a few at a time, because filling makes them longer than they are.
    private mutating func write(_ strings: StringColumn, at path: String, to file: borrowing File) throws(HDF5Error) {
        let size = max(1, strings.longest)
        let dataset = try file.createStringDataset(path, bytes: size, shape: [strings.count])
        let step = max(1, (1 << 20) / size)
        for start in stride(from: 0, to: strings.count, by: step) {
            let rows = start..<min(start + step, strings.count)
            var bytes = [UInt8](repeating: 0, count: rows.count * size)
            for row in rows {
                let isPlain = strings.withUTF8(row) { string in
                    for (column, byte) in string.enumerated() { bytes[(row - start) * size + column] = byte }
                    return !string.contains(0)
                }
                guard isPlain else {
                    throw HDF5Error(
                        operation: "write", file: dataset.file, object: path,
                        message: "string \(row) contains a zero byte")
                }
            }
            try dataset.writeStringBytes(bytes, rows: rows)
        }
        try seal(path, in: file)
    }

    /// Adds the checksums to a dataset just written, from the bytes as the file gives them back.
    private mutating func seal(_ path: String, in file: borrowing File) throws(HDF5Error) {
        let dataset = try file.openDataset(path)
        var digest = try dataset.streamDigest()
        let (blocks, sha256) = digest.finish()
        try dataset.write(sha256, attribute: "sha256")
        try writeChecksums(blocks, rowsPerBlock: digest.rowsPerBlock, of: path, to: file)
        content.add(path: path, type: dataset.elementType, shape: dataset.shape, sha256: sha256)
        if case .string = dataset.elementType {
            content.add(stringsAt: path, shape: dataset.shape, sha256: try dataset.stringDigest())
        }
    }

    private func offsets(of lengths: [Int]) -> [UInt64] {
        lengths.reduce(into: [0]) { $0.append($0.last! + UInt64($1)) }
    }
}
