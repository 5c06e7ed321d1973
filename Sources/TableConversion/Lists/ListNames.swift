import Conversion
import Foundation

/// What a list may say of an utterance.
public enum TableColumn: String, Sendable, CaseIterable {
    /// The id of its dialogue.
    case dialogue
    /// Its own id.
    case utterance
    /// Who speaks.
    case speaker
    /// The class: a name, a number, or several columns of zeros and a one.
    case label
    /// train, valid or test.
    case split
    /// What was said.
    case text
    /// A second label; read only where the user says which column it is.
    case sentiment
}

/// Under what names a list keeps its columns: those that the user gave, and their own for all others.
struct ListNames: Sendable {
    /// For a column the names that were given: one, or several for a label that is one-hot.
    var given: [TableColumn: [String]] = [:]

    /// The one name of a column; nil where it is one-hot, or its own name was given to another one.
    func name(of column: TableColumn) -> String? {
        if let names = given[column] { return names.count == 1 ? names[0] : nil }
        if column == .sentiment { return nil }
        return given.values.joined().contains { Self.isSame($0, column.rawValue) } ? nil : column.rawValue
    }

    /// Whether a name in a list means a name that was given or a column's own: with other cases and spaces, it does.
    static func isSame(_ name: String, _ other: String) -> Bool {
        name.trimmingCharacters(in: .whitespaces).lowercased()
            == other.trimmingCharacters(in: .whitespaces).lowercased()
    }
}

/// Where in the records of a CSV list each column stands.
struct ListColumns {
    /// For a column its place among the fields.
    private(set) var places: [TableColumn: Int] = [:]
    /// The columns of a one-hot label.
    private(set) var oneHot: [Int] = []

    /// - Parameters:
    ///   - header: the fields of the first line.
    ///   - names: what the user says of them.
    ///   - file: the list's name, for sentences.
    init(header: [String], names: ListNames, file: String) throws(ConversionError) {
        for column in TableColumn.allCases {
            if let given = names.given[column] {
                let found = try Self.find(given, in: header, column, file)
                if found.count == 1 { places[column] = found[0] } else { oneHot = found }
            } else if let name = names.name(of: column) {
                let found = header.indices.filter { ListNames.isSame(header[$0], name) }
                guard found.count < 2 else { throw .input("\(file) has two columns called \(name): remove one.") }
                places[column] = found.first
            }
        }
        guard places[.dialogue] != nil else { throw .input(TableFormat.missingDialogue(header, in: file)) }
        try requireOneMeaning(header, names, file)
    }

    private static func find(
        _ given: [String], in header: [String], _ column: TableColumn, _ file: String
    ) throws(ConversionError) -> [Int] {
        var found: [Int] = []
        for name in given {
            let exact = header.indices.filter { header[$0].utf8.elementsEqual(name.utf8) }
            guard let place = exact.first else {
                throw .input(
                    "\(file) has no column called '\(TableFormat.shortened(name))', which --column gives for the \(column.rawValue): its columns are \(TableFormat.list(header))."
                )
            }
            guard exact.count == 1 else {
                throw .input("\(file) has two columns called \(TableFormat.shortened(name)): remove one.")
            }
            found.append(place)
        }
        return found
    }

    /// MELD calls the sentence Utterance, and its id Utterance_ID: the first is no id.
    private func requireOneMeaning(_ header: [String], _ names: ListNames, _ file: String) throws(ConversionError) {
        guard names.given[.utterance] == nil, let place = places[.utterance], places[.text] == nil,
            let id = header.first(where: { name in
                ["utterance_id", "utt_id"].contains { ListNames.isSame(name, $0) }
                    && !names.given.values.joined().contains(name)
            })
        else { return }
        throw .input(
            "\(file) has the columns \(header[place]) and \(TableFormat.shortened(id)): say which holds the utterances' ids with --column \(TableFormat.option(.utterance, id)), and which their texts with --column \(TableFormat.option(.text, header[place]))."
        )
    }
}

/// The columns of a list that everybody has.
public enum KnownColumns: String, Sendable, CaseIterable {
    /// MELD's train_sent_emo.csv, dev_sent_emo.csv and test_sent_emo.csv.
    case meld

    /// Under what names the list keeps what.
    public var names: [TableColumn: [String]] {
        switch self {
        case .meld:
            [
                .dialogue: ["Dialogue_ID"], .utterance: ["Utterance_ID"], .speaker: ["Speaker"], .label: ["Emotion"],
                .text: ["Utterance"], .sentiment: ["Sentiment"],
            ]
        }
    }

    /// The split that a file of these columns holds, as its name says: train for train_sent_emo.csv.
    public func split(ofFile path: String) -> String? {
        let name = URL(fileURLWithPath: path).lastPathComponent
        return ["train", "dev", "test"].first { name.hasPrefix($0 + "_") }
    }
}
