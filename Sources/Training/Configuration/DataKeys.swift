import Configuration
import Foundation

/// What of a store is told apart, and how its dialogues are divided: the keys under `data`.
public struct DataKeys: KeyGroup {
    public let target = Key(
        RunLabels.emotion,
        "Which labels are learnt: emotion, or the name of others that the store holds, such as sentiment.",
        "the name of labels"
    ) { !$0.isEmpty }
    package let classes = Key(
        ClassChoice.all,
        """
        Which classes are told apart, merged and renamed: happy+excited=happy,sad,angry drops all that are not named. An utterance of a \
        dropped class is context for the others, and counts in no loss and no score. all takes the store's; iemocap-4 is \
        happy+excited=happy,sad,neutral,angry.
        """
    )
    public let folds = Key(
        0, in: 0...100_000,
        "Into how many parts the dialogues of all splits are divided for cross-validation. 0 takes the store's splits.")
    public let fold = Key(
        0, in: 0...100_000, "The part, counted from 1, that is test; the others are train. 0 for none.")
    public let groupBy = Key(
        GroupChoice.none,
        """
        What lies in one part: none for each dialogue alone; speaker for dialogues that share a speaker; session for IEMOCAP's sessions; \
        or a regular expression whose one capture, looked for in a dialogue's id, names its group.
        """
    )
    public let leaveOut = Key(
        "", "The group that is test; all others are train. Empty for none.", "the name of a group")
    package let validFrom = Key(
        ValidShare.none,
        """
        The share of the train dialogues that become the split valid, as in train:0.1; train+valid:0.1 joins a split valid that the store \
        has with train first. Unless set, it is train:0.1 under the protocol sound where folds or leaveOut divide the dialogues.
        """
    )
    public let splitSeed = Key(UInt64(0), "Chooses among equal dialogues where they are divided.")

    public static let table = KeyTable(DataKeys())
}

/// What dialogues must not be in different parts of a division.
public enum GroupChoice: ConfigurationValue {
    /// Every dialogue stands alone.
    case none
    /// Dialogues that share a speaker.
    case speaker
    /// Dialogues whose ids have one capture.
    case pattern(String)

    /// IEMOCAP's sessions, which its ids begin with.
    private static let sessions = "(Ses0[0-9])"

    /// A word, or a regular expression.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        switch text {
        case "", "none": self = .none
        case "speaker": self = .speaker
        case "session": self = .pattern(Self.sessions)
        default:
            guard (try? Regex(text)) != nil, text.contains("(") else { return nil }
            self = .pattern(text)
        }
    }

    /// `session` is written as the expression that it stands for.
    public var node: ConfigurationNode {
        switch self {
        case .none: .scalar("none")
        case .speaker: .scalar("speaker")
        case .pattern(let text): .scalar(text)
        }
    }

    public static let expectation = "none, speaker, session, or a regular expression with one capture"
}

/// A share of the train dialogues.
package enum ValidShare: ConfigurationValue {
    /// None of them.
    case none
    /// A share above 0 and below 1, and whether the store's split valid is joined with train before.
    case share(Double, joiningValid: Bool)

    /// `none`, or `train:` or `train+valid:` and a number.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        if text == "none" || text.isEmpty {
            self = .none
            return
        }
        let sides = text.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 2, ["train", "train+valid"].contains(sides[0]),
            let share = Double(sides[1].trimmingCharacters(in: .whitespaces)), share > 0, share < 1
        else { return nil }
        self = .share(share, joiningValid: sides[0] != "train")
    }

    public var node: ConfigurationNode {
        switch self {
        case .none: .scalar("none")
        case .share(let share, let joiningValid): .scalar("train\(joiningValid ? "+valid" : ""):\(share)")
        }
    }

    public static let expectation = "none, or train or train+valid with a share above 0 and below 1, as in train:0.1"
}

extension Settings where Keys == DataKeys {
    /// Whether the dialogues of all splits are divided anew.
    package var isDivided: Bool { self.folds > 0 || !self.leaveOut.isEmpty }

    /// Whether the run's splits are other ones than the store's.
    var dividesDialogues: Bool { isDivided || self.validFrom != .none }

    /// Whether the classes are other ones than the store's labels of emotion.
    var changesClasses: Bool { self.target != RunLabels.emotion || self.classes != .all }

    /// What contradicts itself, as a clause; nil where nothing does.
    func fault(under trainingProtocol: TrainingProtocol) -> String? {
        if self.folds == 1 { return "data.folds is 1, and a division has at least 2 parts" }
        if self.folds > 0, self.fold == 0 {
            return
                "data.folds is \(self.folds), and nothing says which of these parts is test; vuemo train --folds takes each in turn, and --fold one of them"
        }
        if self.folds == 0, self.fold > 0 {
            return "data.fold is \(self.fold), and nothing says of how many; give data.folds too"
        }
        if self.fold > self.folds { return "data.fold is \(self.fold), and there are \(self.folds) folds" }
        if !self.leaveOut.isEmpty {
            if self.folds > 0 { return "data.folds and data.leaveOut contradict each other; leave one of them out" }
            if self.groupBy == .none {
                return "data.leaveOut names a group, and nothing says what groups are; give data.groupBy too"
            }
        }
        if trainingProtocol == .paper, self.validFrom != .none {
            return
                "the protocol paper trains on valid too, so data.validFrom would change nothing; leave one of them out"
        }
        return nil
    }

    /// Sets what nobody set and what follows from the rest.
    /// - Parameter isSet: Whether an option sets a key.
    mutating func complete(under trainingProtocol: TrainingProtocol, isSet: (String) -> Bool) {
        guard isDivided, trainingProtocol == .sound, self.validFrom == .none, !isSet("data.validFrom") else { return }
        self.validFrom = .share(0.1, joiningValid: false)
    }

    /// Why keys change nothing, by the key.
    var withoutEffect: [String: String] {
        var reasons: [String: String] = [:]
        if !isDivided { reasons["data.groupBy"] = "neither data.folds nor data.leaveOut divides the dialogues" }
        if !dividesDialogues { reasons["data.splitSeed"] = "no key under data divides dialogues" }
        return reasons
    }
}
