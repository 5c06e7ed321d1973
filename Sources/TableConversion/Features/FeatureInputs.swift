import Conversion
import FeatureStore

/// Where the rows of the features come from, each with what belongs to which utterance.
struct FeatureInputs {
    enum Input {
        case matrix(NumpyMatrix)
        case arrays(MatchedArrays)
    }

    private(set) var inputs: [Input] = []
    /// What a user should know.
    private(set) var warnings: [String] = []

    /// The mark in a path that stands for the split's word.
    private static let splitMark = "{split}"

    /// Opens what can be opened before the lists are read: nil for a feature with a file for each split.
    static func open(
        _ features: [TableRequest.Feature], opensPickles: PickleOpener?
    ) throws -> [FeatureFile?] {
        try features.map { feature in
            feature.path.contains(splitMark) ? nil : try FeatureFile.open(feature.path, opensPickles: opensPickles)
        }
    }

    /// Finds the rows of all utterances, and drops those without where the request says so.
    init(
        _ request: TableRequest, _ opened: [FeatureFile?], _ table: inout TableContent, opensPickles: PickleOpener?
    ) throws {
        for (feature, file) in zip(request.features, opened) {
            let match = ArrayMatch(
                feature: feature, pattern: request.idPattern, missing: request.missing, table: table)
            switch file {
            case .matrix(let matrix):
                guard matrix.rows == table.rowCount else {
                    throw ConversionError.input(
                        "\(matrix.file.name) has \(matrix.rows) rows for the \(table.rowCount) utterances of \(table.name); give one row per utterance."
                    )
                }
                inputs.append(.matrix(matrix))
            case .arrays(let arrays): inputs.append(.arrays(try match.match([(nil, arrays)])))
            case nil:
                switch try Self.openForEachSplit(feature, table, opensPickles) {
                case .arrays(let sources): inputs.append(.arrays(try match.match(sources)))
                case .matrices(let sources): inputs.append(.arrays(try match.matchByPlace(sources)))
                }
            }
        }
        let arrays = inputs.compactMap { if case .arrays(let arrays) = $0 { arrays } else { nil } }
        warnings = arrays.flatMap(\.warnings)
        if request.missing == .drop { try drop(arrays, request, &table) }
    }

    private static func openForEachSplit(
        _ feature: TableRequest.Feature, _ table: TableContent, _ opensPickles: PickleOpener?
    ) throws -> FilesOfSplits {
        var words: [String] = []
        for dialogue in table.dialogues {
            guard let word = dialogue.splitWord else {
                throw ConversionError.input(
                    "\(feature.path) has {split} in it, and the list names no splits: give each list with its split (--split train=FILE), or a column."
                )
            }
            if !words.contains(word) { words.append(word) }
        }
        var arrays: [(word: String?, arrays: any ArraysByID)] = []
        var matrices: [(word: String, matrix: NumpyMatrix)] = []
        for word in words {
            let path = feature.path.replacing(splitMark, with: word)
            switch try FeatureFile.open(path, opensPickles: opensPickles) {
            case .arrays(let opened): arrays.append((word, opened))
            case .matrix(let matrix): matrices.append((word, matrix))
            }
        }
        if let matrix = matrices.first?.matrix, let other = arrays.first?.arrays {
            throw ConversionError.input(
                "\(matrix.file.name) is a matrix without ids, and \(other.name) has arrays by id: give files of one kind for all splits."
            )
        }
        return matrices.isEmpty ? .arrays(arrays) : .matrices(matrices)
    }

    private enum FilesOfSplits {
        case arrays([(word: String?, arrays: any ArraysByID)])
        case matrices([(word: String, matrix: NumpyMatrix)])
    }

    /// Leaves the utterances out that lack an array of a feature.
    private mutating func drop(
        _ arrays: [MatchedArrays], _ request: TableRequest, _ table: inout TableContent
    ) throws(ConversionError) {
        var isDropped = [Bool](repeating: false, count: table.rowCount)
        for row in arrays.lazy.flatMap(\.missing) { isDropped[row] = true }
        guard isDropped.contains(true) else { return }
        let count = table.rowCount
        let empty = try table.drop(isDropped)
        guard table.rowCount > 0 else {
            throw .input("None of the \(count) utterances has arrays of all features: nothing is left to convert.")
        }
        guard !empty.isEmpty else { return }
        let those =
            "\(empty.count) \(empty.count == 1 ? "dialogue has" : "dialogues have") no utterance with arrays of all features (\(TableFormat.list(Array(empty.prefix(3))))\(empty.count > 3 ? ", …" : ""))"
        guard request.mending.dropsEmptyDialogues else {
            throw .input("\(those): give --drop-empty-dialogues to leave them out too, or --allow-missing zero.")
        }
        warnings.append("\(those) and \(empty.count == 1 ? "was" : "were") dropped.")
    }
}
