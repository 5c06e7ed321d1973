/// How a store is written.
public struct StoreWriterOptions: Sendable {
    /// gzip level 1 to 9 for the feature rows, or nil (the default) for none: uncompressed rows are read forty times faster.
    public var compressionLevel: Int?
    /// Whether NaN and infinity are refused as they arrive. Default true.
    public var refusesNonFiniteValues: Bool

    /// Whether a file of the store's name is replaced. If not, also one that appears while the store is written stays, and
    /// writing fails. Default true.
    public var overwrites: Bool

    /// Options; see the properties.
    public init(compressionLevel: Int? = nil, refusesNonFiniteValues: Bool = true, overwrites: Bool = true) {
        precondition(compressionLevel.map { (1...9).contains($0) } ?? true, "gzip knows the levels 1 to 9")
        self.compressionLevel = compressionLevel
        self.refusesNonFiniteValues = refusesNonFiniteValues
        self.overwrites = overwrites
    }
}

/// What was written.
public struct WrittenStore: Sendable, Equatable {
    /// The final path.
    public var path: String
    /// The identifier of the content: equal for the same data however it is stored.
    public var contentID: String
    /// The size of the file.
    public var bytes: Int
    /// For each feature, how many values changed when they were rounded to float32.
    public var inexactValues: [String: Int]
}
