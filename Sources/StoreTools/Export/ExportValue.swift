import FeatureStore

/// A piece of an export, in NumPy's terms.
enum ExportValue {
    /// One string.
    case text(String)
    /// Strings, one after the other.
    case texts([String])
    /// Whole numbers.
    case integers([Int64])
    /// The rows of a feature, read as they are written.
    case rows(SelectedPart, FeatureDescription)
}

/// The content of an export: names and values in order.
struct ExportContent {
    let entries: [(name: String, value: ExportValue)]
    let features: [(feature: FeatureDescription, value: ExportValue)]
    /// Labels beside those of emotion: their names, and a number for each utterance.
    let targets: [(name: String, names: ExportValue, labels: ExportValue)]

    init(_ part: SelectedPart) throws {
        let store = part.store
        let dialogues = part.dialogues.map { store.dialogues[$0] }
        var offsets: [Int64] = [0]
        for dialogue in dialogues { offsets.append(offsets.last! + Int64(dialogue.range.count)) }
        entries = [
            ("format", .text("vuemo-export 1")),
            ("dataset", .text(store.dataset)),
            ("content_id", .text(store.contentID)),
            ("split_names", .texts(store.splits.map(\.name))),
            ("split_origins", .texts(store.splits.map(\.origin))),
            ("label_names", .texts(store.labelNames)),
            ("speaker_names", .texts(store.speakerNames)),
            ("speaker_scope", .text(store.speakerScope.rawValue)),
            ("dialogue_ids", .texts(dialogues.map(\.id))),
            ("dialogue_split", .integers(dialogues.map { Int64($0.split ?? -1) })),
            ("source_order", .integers(dialogues.map { Int64($0.sourcePosition) })),
            ("utterance_offset", .integers(offsets)),
            ("utterance_ids", .texts(part.values(store.utteranceIDs))),
            ("labels", .integers(part.values(store.labels).map(Int64.init))),
            ("speakers", .integers(part.values(store.speakers).map(Int64.init))),
            ("sentences", .texts(try part.runs.flatMap { try store.sentences($0) })),
        ]
        features = part.features.map { ($0, .rows(part, $0)) }
        targets = store.targets.map { target in
            (target.name, .texts(target.labelNames), .integers(part.values(target.labels).map(Int64.init)))
        }
    }
}

/// The bytes of a number, least significant first.
func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
