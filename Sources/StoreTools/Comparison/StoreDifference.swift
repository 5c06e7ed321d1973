/// One way in which two stores differ.
public struct StoreDifference: Sendable, Equatable, Encodable {
    /// What a difference is about.
    public enum Subject: String, Sendable, Encodable, CaseIterable {
        /// The dataset's name.
        case dataset
        /// The names of classes, speakers or splits.
        case names
        /// Features that only one store has, or of other modality, layer or width.
        case features
        /// Dialogues that only one store has, or of other split or length.
        case dialogues
        /// The order of the dialogues, here or in the source.
        case order
        /// Utterances' ids, labels, speakers or sentences.
        case utterances
        /// Rows of features.
        case rows
        /// Stored types, or content this program does not know.
        case storage
    }

    /// What it is about.
    package var subject: Subject
    /// The object inside the files.
    public var place: String
    /// What differs, in one clause.
    public var message: String
    /// How often.
    public var count: Int
    /// The first few places.
    public var examples: [String]

    /// How many examples a difference carries at most.
    public static let exampleLimit = 5

    init(_ subject: Subject, at place: String, _ message: String, count: Int = 1, examples: [String] = []) {
        self.subject = subject
        self.place = place
        self.message = message
        self.count = count
        self.examples = Array(examples.prefix(Self.exampleLimit))
    }
}
