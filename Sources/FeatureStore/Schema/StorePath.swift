/// The names inside a store, in one place. FORMAT.md says what each holds.
package enum StorePath {
    package static let format = "vuemo-store"

    package static let dialogueID = "/dialogues/id"
    package static let utteranceOffset = "/dialogues/utterance_offset"
    package static let dialogueSplit = "/dialogues/split"
    package static let sourceOrder = "/dialogues/source_order"
    package static let label = "/utterances/label"
    package static let speaker = "/utterances/speaker"
    package static let utteranceID = "/utterances/id"
    package static let textOffset = "/utterances/text_offset"
    package static let textBytes = "/utterances/text_bytes"
    package static let labelNames = "/labels/names"
    package static let speakers = "/speakers"
    package static let speakerNames = "/speakers/names"
    package static let splitNames = "/splits/names"
    package static let splitOrigin = "/splits/origin"
    package static let features = "/features"
    package static let statistics = "/statistics"
    package static let checksums = "/checksums"
    package static let provenance = "/provenance"
    package static let sources = "/provenance/sources"
    package static let warnings = "/provenance/warnings"

    /// The dataset of a feature.
    package static func feature(_ name: String) -> String { "\(features)/\(name)" }
    /// A feature's column means.
    package static func mean(_ name: String) -> String { "\(statistics)/\(name)/mean" }
    /// A feature's column standard deviations.
    package static func standardDeviation(_ name: String) -> String { "\(statistics)/\(name)/std" }
    /// The block checksums of a dataset.
    package static func checksums(of path: String) -> String { checksums + path }

    /// Whether a dataset's content counts for the content id: data does, what is derived from it or tells where it came
    /// from does not.
    package static func countsAsContent(_ path: String) -> Bool {
        ![statistics, checksums, provenance].contains { path.hasPrefix($0 + "/") }
    }

    /// The split value of a dialogue that belongs to none. The writer never writes it.
    package static let noSplit: UInt8 = 255
}
