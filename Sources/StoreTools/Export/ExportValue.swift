import FeatureStore

/// A piece of an export, in NumPy's terms.
enum ExportValue {
    /// One string.
    case text(String)
    /// Strings, one after the other.
    case texts([String])
    /// One whole number.
    case integer(Int64)
    /// Whole numbers.
    case integers([Int64])
    /// Real numbers.
    case numbers([Double])
    /// The rows of a feature, read as they are written.
    case rows(SelectedPart, FeatureDescription)
}

/// The content of an export: names and values in order.
struct ExportContent {
    let entries: [(name: String, value: ExportValue)]
    let features: [(feature: FeatureDescription, value: ExportValue)]
    /// What is said of each feature, by its name; nil where the store does not say it.
    let featureInformation: [(name: String, entries: [(key: String, value: ExportValue?)])]
    /// Labels beside those of emotion: their names, a number for each utterance, and the values that these were made of, where there are any.
    let targets: [(name: String, entries: [(key: String, value: ExportValue)])]

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
        featureInformation = part.features.map { feature in
            (
                feature.name,
                [
                    ("modality", .text(feature.modality.rawValue)),
                    ("layer", feature.layer.map { .integer(Int64($0)) }),
                    ("extractor", feature.extractor.map { .text($0) }),
                ]
            )
        }
        targets = store.targets.map { target in
            (
                target.name,
                [
                    ("names", .texts(target.labelNames)),
                    ("labels", .integers(part.values(target.labels).map(Int64.init))),
                ]
                    + (target.values.map { [("values", .numbers(part.values($0)))] } ?? [])
            )
        }
    }
}

/// The bytes of a number, least significant first.
func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
