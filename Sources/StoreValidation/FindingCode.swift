/// What can be found in a store. The codes are stable: scripts may rely on them. FORMAT.md lists them.
public enum FindingCode: String, Sendable, CaseIterable, Encodable {
    /// Not HDF5, or truncated.
    case notHDF5 = "E001"
    /// Writing never ended.
    case incomplete = "E002"
    /// Unsupported version.
    case unsupportedVersion = "E003"
    /// Missing object.
    case missingObject = "E010"
    /// Wrong type or shape.
    case wrongType = "E011"
    /// Wrong number of rows.
    case wrongRowCount = "E012"
    /// Broken offsets.
    case brokenOffsets = "E013"
    /// Checksum mismatch.
    case checksumMismatch = "E020"
    /// Content id mismatch.
    case contentMismatch = "E021"
    /// NaN.
    case notANumber = "E030"
    /// Infinity.
    case infinity = "E031"
    /// Label out of range.
    case labelOutOfRange = "E040"
    /// Speaker out of range.
    case speakerOutOfRange = "E041"
    /// Split out of range.
    case splitOutOfRange = "E042"
    /// Duplicate dialogue id.
    case duplicateDialogue = "E043"
    /// Broken source order.
    case brokenSourceOrder = "E044"
    /// Dialogue without utterances.
    case emptyDialogue = "E045"
    /// Dialogue in two splits.
    case dialogueInTwoSplits = "E050"
    /// Dialogue in no split.
    case dialogueInNoSplit = "E051"
    /// Invalid UTF-8.
    case invalidUTF8 = "E060"
    /// Link, virtual dataset or unknown filter.
    case foreignStorage = "E061"
    /// Identical dialogues across splits.
    case identicalDialogues = "W101"
    /// Identical rows across splits.
    case identicalRows = "W102"
    /// Speaker in several splits.
    case sharedSpeaker = "W103"
    /// No validation split.
    case noValidationSplit = "W104"
    /// Statistics not from train.
    case foreignStatistics = "W105"
    /// All-zero rows.
    case zeroRow = "W110"
    /// Constant columns.
    case constantColumn = "W111"
    /// Duplicate columns.
    case duplicateColumns = "W112"
    /// Extreme values.
    case outlier = "W113"
    /// Precision lost.
    case lostPrecision = "W114"
    /// Class absent from a split.
    case absentClass = "W120"
    /// Empty sentences.
    case emptySentence = "W121"
    /// Text decoded as latin1.
    case decodedAsLatin1 = "W130"
    /// No provenance.
    case noProvenance = "W140"
    /// No closing checksum.
    case noClosingChecksum = "W141"
    /// Sizes.
    case sizes = "I201"
    /// Class balance.
    case classBalance = "I202"
    /// Dialogue lengths.
    case dialogueLengths = "I203"
    /// Unknown content.
    case unknownContent = "I204"
    /// Compression.
    case compression = "I205"

    /// Follows from the code's first letter.
    public var severity: Severity {
        switch rawValue.first {
        case "E": .error
        case "W": .warning
        default: .information
        }
    }

    /// A few words that say what the code stands for.
    public var title: String {
        switch self {
        case .notHDF5: "not HDF5, or truncated"
        case .incomplete: "writing never ended"
        case .unsupportedVersion: "unsupported version"
        case .missingObject: "missing object"
        case .wrongType: "wrong type or shape"
        case .wrongRowCount: "wrong number of rows"
        case .brokenOffsets: "broken offsets"
        case .checksumMismatch: "checksum mismatch"
        case .contentMismatch: "content id mismatch"
        case .notANumber: "NaN"
        case .infinity: "infinity"
        case .labelOutOfRange: "label out of range"
        case .speakerOutOfRange: "speaker out of range"
        case .splitOutOfRange: "split out of range"
        case .duplicateDialogue: "duplicate dialogue id"
        case .brokenSourceOrder: "broken source order"
        case .emptyDialogue: "dialogue without utterances"
        case .dialogueInTwoSplits: "dialogue in two splits"
        case .dialogueInNoSplit: "dialogue in no split"
        case .invalidUTF8: "invalid UTF-8"
        case .foreignStorage: "link, virtual dataset or unknown filter"
        case .identicalDialogues: "identical dialogues across splits"
        case .identicalRows: "identical rows across splits"
        case .sharedSpeaker: "speaker in several splits"
        case .noValidationSplit: "no validation split"
        case .foreignStatistics: "statistics not from train"
        case .zeroRow: "all-zero rows"
        case .constantColumn: "constant columns"
        case .duplicateColumns: "duplicate columns"
        case .outlier: "extreme values"
        case .lostPrecision: "precision lost"
        case .absentClass: "class absent from a split"
        case .emptySentence: "empty sentences"
        case .decodedAsLatin1: "text decoded as latin1"
        case .noProvenance: "no provenance"
        case .noClosingChecksum: "no closing checksum"
        case .sizes: "sizes"
        case .classBalance: "class balance"
        case .dialogueLengths: "dialogue lengths"
        case .unknownContent: "unknown content"
        case .compression: "compression"
        }
    }

    /// What to do about it; empty where there is nothing to do.
    package var hint: String {
        switch self {
        case .notHDF5: "Give a store that 'vuemo convert' wrote; if it is one, copy it again or convert it again."
        case .incomplete, .missingObject, .wrongType, .wrongRowCount, .brokenOffsets, .brokenSourceOrder,
            .contentMismatch:
            "Convert the source files again; if another program wrote the store, see FORMAT.md."
        case .unsupportedVersion: "Update the program, or convert the source files again."
        case .checksumMismatch: "The file changed after it was written: copy it again or convert it again."
        case .notANumber, .infinity:
            "Mend or remove these values in the source file and convert again; training would spread them."
        case .labelOutOfRange, .speakerOutOfRange, .splitOutOfRange, .duplicateDialogue, .emptyDialogue, .invalidUTF8:
            "Mend the source files and convert again."
        case .dialogueInTwoSplits, .dialogueInNoSplit:
            "Mend the lists of dialogue ids in the source files and convert again."
        case .foreignStorage:
            "A store holds all of its data itself; rewrite the file without links and foreign filters."
        case .identicalDialogues:
            "Data that a model has trained on flatters the score; see whether the splits are right."
        case .identicalRows:
            "Equal audio or visual rows are the same recording in two splits: see whether the splits are right. Equal text "
                + "rows are often harmless: an encoder that sees one sentence at a time gives every \"Yeah.\" the same row."
        case .sharedSpeaker: "The split is not speaker-independent; say so where results are compared."
        case .noValidationSplit: "The sound protocol chooses on valid; give the RoBERTa file, which lists it."
        case .foreignStatistics: "Statistics over other splits leak them into training; convert again."
        case .zeroRow: "Usually missing media; a model sees them as silence."
        case .constantColumn, .duplicateColumns: "Harmless, but these columns tell a model nothing."
        case .outlier: "Look at these values in the source file; normalise them if they are meant."
        case .lostPrecision: "The source holds float64; the store keeps float32, as training does."
        case .absentClass: "The score of that class is not defined on that split."
        case .emptySentence: "Text features of these utterances describe nothing."
        case .decodedAsLatin1: "Look at a few of these sentences for broken letters."
        case .noProvenance: "Nothing says which files the store was made from."
        case .noClosingChecksum:
            "Another tool rewrote the file, or its last line was cut off; data and metadata were checked by their own checksums."
        case .unknownContent: "A newer program may read more of this store."
        case .sizes, .classBalance, .dialogueLengths, .compression: ""
        }
    }
}
