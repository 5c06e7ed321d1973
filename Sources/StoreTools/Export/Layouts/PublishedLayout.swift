import FeatureStore

/// The layouts of files that published projects read, docs/export.md says which.
public enum PublishedLayout: String, Sendable, CaseIterable {
    /// IEMOCAP's base features, 9 fields: DialogueRNN, MMGCN, M3NET, VUEMO.
    case iemocapBase = "iemocap-base"
    /// MELD's base features, 10 fields: MMGCN, M3NET, VUEMO.
    case meldBase = "meld-base"
    /// The four RoBERTa layers with all three splits: COSMIC, M3NET, VUEMO.
    case cosmic
    /// What MMGCN reads: one of the base layouts.
    case mmgcn
    /// RoBERTa layers, audio and visual in one file: SDT.
    case sdt
    /// A dictionary of splits: MMSA, Self-MM, MISA, MMIM.
    case mmsa
}

/// What published files of a corpus have in common: the numbers of its classes, and how speakers are written.
struct CorpusConvention {
    enum Speakers: Equatable {
        /// By these names.
        case names([String])
        /// A list of zeros and one 1, of this length.
        case oneHot(length: Int)
    }

    let name: String
    /// The classes in the order of their numbers.
    let classes: [String]
    let speakers: Speakers
    /// Whether dialogues are called by numbers.
    let hasNumberedDialogues: Bool

    static let iemocap = CorpusConvention(
        name: "IEMOCAP", classes: ["happy", "sad", "neutral", "angry", "excited", "frustrated"],
        speakers: .names(["M", "F"]), hasNumberedDialogues: false)
    static let meld = CorpusConvention(
        name: "MELD", classes: ["neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"],
        speakers: .oneHot(length: 9), hasNumberedDialogues: true)
    static let emoryNLP = CorpusConvention(
        name: "EmoryNLP", classes: ["joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared"],
        speakers: .oneHot(length: 9), hasNumberedDialogues: true)
    static let dailyDialog = CorpusConvention(
        name: "DailyDialog", classes: ["happy", "neutral", "anger", "sad", "fear", "surprise", "disgust"],
        speakers: .names(["0", "1"]), hasNumberedDialogues: true)

    /// The sentiment beside MELD's emotions, in the order of its numbers.
    static let sentiment = ["neutral", "positive", "negative"]

    /// The convention for a store, told by the name of its dataset.
    static func of(_ store: Store, among known: [CorpusConvention]) -> CorpusConvention? {
        known.first { $0.name.lowercased() == store.dataset.lowercased() }
    }
}

/// One field of a file: a dictionary from dialogues to their utterances, unless it lists dialogues.
enum LayoutField {
    case utteranceIDs
    case speakers
    case labels
    /// The classes of sentiment beside the emotions.
    case sentiment
    case rows(FeatureDescription)
    case sentences
    /// The ids of the dialogues of these splits, in the order of the source.
    case dialogues(ofSplits: [String])
}
