import HDF5

extension Store {
    /// Reads feature rows, without conversion: float32 as stored.
    /// - Parameters:
    ///   - feature: The feature's name.
    ///   - rows: Utterance rows, for example a dialogue's ``StoreDialogue/range``.
    ///   - buffer: Room for exactly `rows.count` × width values; row after row.
    /// - Throws: ``StoreError`` for an unknown feature or a failed read.
    public func readRows(
        of feature: String, _ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>
    ) throws(StoreError) {
        let dataset = try dataset(of: feature)
        do {
            try dataset.dataset.read(rows: rows, into: buffer)
        } catch {
            throw StoreError(error, reason: .damaged)
        }
    }

    /// Reads feature rows into a new array of `rows.count` × width values.
    public func readRows(of feature: String, _ rows: Range<Int>) throws(StoreError) -> [Float] {
        let width = try dataset(of: feature).description.width
        var failure: StoreError?
        let values = [Float](unsafeUninitializedCapacity: rows.count * width) { buffer, count in
            do {
                try readRows(
                    of: feature, rows, into: UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * width)]))
                count = rows.count * width
            } catch {
                failure = error as? StoreError
            }
        }
        if let failure { throw failure }
        return values
    }

    /// Reads what was said in an utterance.
    /// - Throws: ``StoreError`` where it cannot be read or is not UTF-8.
    public func sentence(_ utterance: Int) throws(StoreError) -> String {
        try sentences(utterance..<utterance + 1)[0]
    }

    /// Reads what was said in a range of utterances, with one access to the file.
    public func sentences(_ utterances: Range<Int>) throws(StoreError) -> [String] {
        let first = Int(textOffsets[utterances.lowerBound])
        let end = Int(textOffsets[utterances.upperBound])
        var bytes = [UInt8](repeating: 0, count: end - first)
        do {
            let dataset = try file.openDataset(StorePath.textBytes)
            try bytes.withUnsafeMutableBufferPointer { try dataset.read(rows: first..<end, into: $0) }
        } catch {
            throw (error as? HDF5Error).map { StoreError($0, reason: .damaged) }
                ?? malformed(StorePath.textBytes, "\(error)")
        }
        var sentences: [String] = []
        for utterance in utterances {
            let part = bytes[Int(textOffsets[utterance]) - first..<Int(textOffsets[utterance + 1]) - first]
            guard let sentence = String(validating: part, as: UTF8.self) else {
                throw malformed(
                    StorePath.textBytes,
                    "the sentence of utterance '\(utteranceIDs[utterance])' is not UTF-8; convert again")
            }
            sentences.append(sentence)
        }
        return sentences
    }

    /// The mean and the standard deviation of each column of a feature, measured on the training split.
    /// - Returns: `width` values each.
    public func statistics(of feature: String) throws(StoreError) -> (mean: [Double], standardDeviation: [Double]) {
        let width = try dataset(of: feature).description.width
        do {
            let mean = try file.openDataset(StorePath.mean(feature)).readAll(as: Double.self)
            let deviation = try file.openDataset(StorePath.standardDeviation(feature)).readAll(as: Double.self)
            guard mean.count == width, deviation.count == width else {
                throw malformed(
                    StorePath.mean(feature), "its length is not the feature's width \(width); convert again")
            }
            return (mean, deviation)
        } catch let error as HDF5Error {
            throw StoreError(error, reason: .malformed)
        } catch {
            throw error as? StoreError ?? malformed(StorePath.mean(feature), "\(error)")
        }
    }

    func dataset(of feature: String) throws(StoreError) -> FeatureDataset {
        if let dataset = datasets[Array(feature.utf8)] { return dataset }
        throw StoreError(
            .notFound, file: path, object: StorePath.features,
            message: "there is no feature '\(feature)', only \(features.map(\.name).joined(separator: ", "))")
    }

    func malformed(_ object: String, _ message: String) -> StoreError {
        StoreError(.malformed, file: path, object: object, message: message)
    }
}

extension Store {
    /// How many values of a feature changed when they were rounded to float32, as the file says; 0 where it does not.
    public func inexactValues(of feature: String) throws(StoreError) -> Int {
        let found = try dataset(of: feature)
        guard found.dataset.hasAttribute("inexact_values") else { return 0 }
        do {
            return try found.dataset.readScalar(attribute: "inexact_values")
        } catch {
            throw StoreError(error, reason: .malformed)
        }
    }

    /// How many values of a feature are not the source's because the user asked for it, as the file says.
    public func mendedValues(of feature: String) throws(StoreError) -> MendedValues {
        let found = try dataset(of: feature)
        do {
            func count(_ name: String) throws(HDF5Error) -> Int {
                found.dataset.hasAttribute(name) ? try found.dataset.readScalar(attribute: name) : 0
            }
            return MendedValues(
                replaced: try count(MendedValues.replacedName), clipped: try count(MendedValues.clippedName))
        } catch {
            throw StoreError(error, reason: .malformed)
        }
    }

    /// How many bytes the rows of a feature take in the file, and whether they are compressed.
    public func storage(of feature: String) throws(StoreError) -> (bytes: Int, isCompressed: Bool) {
        do {
            let storage = try dataset(of: feature).dataset.storage()
            return (storage.bytes, storage.filters.contains(1))
        } catch let error as HDF5Error {
            throw StoreError(error, reason: .malformed)
        } catch {
            throw error as? StoreError ?? malformed(feature, "\(error)")
        }
    }
}
