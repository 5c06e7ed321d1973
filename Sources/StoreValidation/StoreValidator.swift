import FeatureStore
import HDF5

/// What a validation looks for.
public struct ValidationOptions: Sendable {
    /// Codes or beginnings of codes ("E", "W1", "I202") to look for; empty for all.
    public var select: [String]
    /// Codes or beginnings of codes to leave out, after `select`.
    public var ignore: [String]
    /// Leaves features, sentences and checksums unread: only structure and tables are checked.
    public var quick: Bool

    /// Options; see the properties.
    public init(select: [String] = [], ignore: [String] = [], quick: Bool = false) {
        self.select = select
        self.ignore = ignore
        self.quick = quick
    }

    /// Whether findings of that code are wanted.
    package func wants(_ code: FindingCode) -> Bool {
        (select.isEmpty || select.contains { code.rawValue.hasPrefix($0) })
            && !ignore.contains { code.rawValue.hasPrefix($0) }
    }

    /// The first of the given beginnings that no code begins with, which is a mistake worth telling.
    public var unknownCode: String? {
        (select + ignore).first { given in
            given.isEmpty || !FindingCode.all.contains { $0.rawValue.hasPrefix(given) }
        }
    }
}

/// Checks a store file and collects everything there is to say about it. Never changes the file, never stops at the
/// first fault, and takes memory for tables and one block of rows only.
public enum StoreValidator {
    /// Validates the file at a path.
    /// - Throws: ``StoreError`` only where there is no file to read, or another program has it open; everything else is a finding.
    public static func validate(_ path: String, options: ValidationOptions = ValidationOptions()) throws
        -> ValidationReport
    {
        try Store.requireFile(path)
        var report = ValidationReport(file: path)
        guard File.isHDF5(path) else {
            report.add([Finding(.notHDF5, at: "/", "the file does not begin as HDF5")], options)
            return report
        }
        let store: StoreInspection
        do {
            store = try StoreInspection(path: path)
        } catch {
            if let open = (error as? HDF5Error).flatMap(StoreError.init(openElsewhere:)) { throw open }
            report.add([Finding(.notHDF5, at: "/", "the file cannot be opened: \(reason(error))")], options)
            return report
        }
        let header = HeaderRule()
        report.add(run(header, store), options)
        report.describe(store)
        // Of another major version nothing more is known; a file without the mark is no store at all.
        guard header.isReadable(store) else { return report }
        if !options.quick {
            let pass = FeaturePass(store, options).read()
            report.add(pass.findings, options)
            store.rowEvidence = pass.evidence
        }
        for rule in rules
        where type(of: rule).codes.contains(where: options.wants) && !(options.quick && rule.readsData) {
            report.add(run(rule, store), options)
        }
        report.sort()
        return report
    }

    // MARK: Rules

    /// The rules that see every row of the features, in one pass before the others.
    static var featureRules: [any FeatureRule.Type] {
        [
            FiniteRule.self, ZeroRowRule.self, OutlierRule.self, StatisticsRule.self, ColumnRule.self,
            DuplicateRule.self,
        ]
    }

    /// The rules after the header's and the features', in the order in which they run.
    private static let rules: [any Rule] = [
        StructureRule(), LayerRule(), ForeignStorageRule(), OffsetRule(), RangeRule(), DialogueRule(), NameRule(),
        IdentifierRule(),
        SpeakerRule(), SplitRule(),
        TextRule(), SentenceRule(), ProvenanceRule(), PrecisionRule(), ClosingChecksumRule(), ChecksumRule(),
        SizeRule(), BalanceRule(), LengthRule(), CompressionRule(), UnknownContentRule(),
    ]

    /// The codes of all rules, each once; codes that several rules find stand in the lists of each.
    static let codes = Set(
        HeaderRule.codes + featureRules.flatMap { $0.codes } + rules.flatMap { type(of: $0).codes })

    private static func run(_ rule: any Rule, _ store: StoreInspection) -> [Finding] {
        do {
            return try rule.findings(in: store).listed(in: type(of: rule).codes)
        } catch {
            return [
                Finding(
                    .checksumMismatch, at: (error as? HDF5Error)?.object ?? "/", "it cannot be read: \(reason(error))")
            ]
        }
    }

    static func reason(_ error: any Error) -> String {
        (error as? HDF5Error)?.message ?? "\(error)"
    }
}

extension FindingCode {
    /// Every code that a rule lists: errors, warnings and information, each by its number.
    package static let all = StoreValidator.codes.sorted {
        ($1.severity, $0.rawValue) < ($0.severity, $1.rawValue)
    }
}
