import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Files of `torch.save`: what is in them is told and converts; archives that are something else are named; nothing runs.
@Suite struct TorchArchiveTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func scan(_ bytes: [UInt8], _ name: String = "file.pth") throws -> PickleScan {
        try PickleScanner.scan(try Samples.write(bytes, name, in: folder.path))
    }

    static func hostile(_ kind: String) throws -> [UInt8] {
        try Samples.call("torch_hostile", "make", [try Python.string(kind)]).withContent { Array($0) }
    }

    // Conversion

    static let layouts = [
        "\"part\":\"base\"", "\"dataset\":\"MELD\",\"part\":\"base\"", "\"part\":\"roberta\"",
        "\"dataset\":\"MELD\",\"part\":\"combined-sentiment\"",
        "\"part\":\"corect\"", "\"part\":\"mosei\"", "\"rows\":\"matrix\"", "\"rows\":\"fortran\"",
        "\"labels\":\"scalars\"",
        "\"labels\":\"array\"", "\"type\":\"<f8\"", "\"type\":\"<f2\"", "\"splits\":\"set\"", "\"protocol\":4",
    ]

    @Test(arguments: layouts)
    func tensorsWhereArraysStandGiveTheSameContent(options: String) throws {
        func convert(_ further: String) throws -> ConversionSummary {
            let bytes = try Samples.pickle("{\(options),\(further)}")
            var request = ConversionRequest(
                inputs: [try Samples.write(bytes, "file.pth", in: folder.path)], output: folder.file("out.h5"))
            (request.overwrites, request.frames) = (true, options.contains("mosei") ? .mean : nil)
            return try PickleConverter.convert(request)
        }
        let pickled = try convert("\"python2\":false")
        let saved = try convert("\"tensors\":true")
        #expect(saved.store.contentID == pickled.store.contentID)
        #expect(saved.sources[0].layout == pickled.sources[0].layout)
        #expect(saved.features.map(\.sourceDataType) == pickled.features.map(\.sourceDataType))
    }

    @Test func aFileOfPyTorchItselfIsReadToTheLastValue() throws {
        // `tensors.pth` was written by torch.save: see `torch_sample.py`.
        let path = ProjectFiles.url("Tests/PickleConversionTests/Generator/tensors.pth")
        let bytes = Array(try Data(contentsOf: path))
        let wrong = try Samples.call(
            "torch_checks", "wrong_tensors", [try Python.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }])
        #expect(try wrong.text() == "[]")
        let found = try scan(bytes)
        #expect(found.status == .safe && found.kind == "torch" && found.layouts == [])
        let tree = try #require(found.tree_text)
        for line in [
            "  weight: array float32 (3, 4)", "  half: array bfloat16 (2, 3)", "  turned: array float32 (4, 3)",
            "  step: array int64 ()",
        ] {
            #expect(tree.contains(line), "\(tree)")
        }
    }

    // Scan

    @Test func weightsAreToldByName() throws {
        let found = try scan(try Samples.call("torch_checks", "weights", []).withContent { Array($0) })
        #expect(found.status == .safe && found.storages == 20)
        #expect(found.writer == "PyTorch 1.6 or later" && found.protocol == 2)
        #expect(
            found.globals?.map(\.name) == [
                "collections.OrderedDict", "torch._utils._rebuild_parameter", "torch._utils._rebuild_tensor_v2",
                "torch.FloatStorage",
            ])
        #expect(found.tree_text?.prefix(2) == ["dict of 20", "  layer.0.weight: array float32 (4, 3)"])
        #expect(found.tree_text?.count == 21)
    }

    /// Its magic number in every protocol, with the version, the machine, a content and no storages.
    @Test(arguments: 2...5) func theFormatBeforeOnePointSixIsRead(number: UInt8) throws {
        let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        let frame: [UInt8] = number > 3 ? [0x95, UInt8(magic.count), 0, 0, 0, 0, 0, 0, 0] : []
        let begun = [0x80, number] + frame + magic + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + [0x80, 2, 0x7D, 0x2E]
        let found = try scan(begun + [0x80, 2, 0x5D, 0x2E, 0x80, 2, 0x5D, 0x2E])
        #expect(found.status == .safe && found.kind == "torch-before-1.6" && found.reason == nil)
        let hostile = try scan(begun + Array("cos\nsystem\n(S'x'\ntR.".utf8) + [0x80, 2, 0x5D, 0x2E])
        #expect(hostile.status == .unsafe && hostile.reason?.contains("asks for os.system") == true)
    }

    @Test func whatBelongsToAnArchiveIsNotReadOutsideOfOne() throws {
        let members = try Samples.pickle("{\"tensors\":true}")
        let begin = try #require(Data(members).range(of: Data("features/data.pkl".utf8))?.upperBound)
        let end = try #require(
            Data(members).range(of: Data("PK\u{03}\u{04}".utf8), in: begin..<members.count)?.lowerBound)
        let found = try scan(Array(members[begin..<end]), "file.pkl")
        #expect(found.status == .unknown && found.reason?.contains("an object by persistent id") == true)
    }

    // Hostile archives

    /// What each archive of `torch_hostile.py` is refused with; those that ask for something are unsafe, the others unreadable.
    static let refusals: [(String, String)] = [
        ("system", "asks for os.system"), ("load-from-bytes", "a call of torch.storage._load_from_bytes"),
        ("nested-load", "asks for torch.load"), ("hook", "(torch._utils._rebuild_tensor at byte"),
        ("dotted", "asks for torch._utils._rebuild_tensor_v2.__globals__"), ("tag-called", "a call of FloatStorage"),
        ("tag-new", "a new instance of FloatStorage"), ("tag-changed", "a change of the attributes of a Global"),
        ("dict-changed", "a change of the attributes of a dict"), ("other-id", "a persistent id that is no storage"),
        ("text-id", "an object by persistent id"),
        ("path-id", "a tensor whose bytes ('../data.pkl') are not in the archive"),
        ("missing-storage", "a tensor whose bytes ('7') are not in the archive"),
        ("wrong-count", "a tensor of 7 items of float32 whose bytes are 24"),
        ("huge-count", "whose bytes are 24"), ("beyond", "beyond its bytes"), ("beyond-by-strides", "beyond its bytes"),
        ("negative-stride", "malformed strides"), ("negative-offset", "a tensor without its bytes"),
        ("negative-shape", "negative or malformed shape"),
        ("huge-shape", "claims a dimension"), ("many-dimensions", "malformed shape"),
        ("ranks-differ", "malformed strides"),
        ("large-expansion", "expand to far more than the file's size"),
        ("many-expansions", "expand to far more than the file's size"),
        ("two-pickles", "more bytes after the end of its pickle"), ("absolute-name", "a name that leads out of it"),
        ("leading-out", "a name that leads out of it"), ("backslash", "a name that leads out of it"),
        ("drive", "a name that leads out of it"),
        ("outside", "stands outside of 'features/'"), ("two-roots", "several PyTorch files"),
        ("two-names", "two names or forms"),
        ("other-case", "differ in case only"), ("other-case-of-a-storage", "differ in case only"),
        ("other-count", "contradict each other"), ("other-begin", "contradict each other"),
        ("other-size", "contradict each other"), ("record-of-another-size", "contradict each other"),
        ("gap-before-the-locator", "with a second directory"),
        ("gap-before-the-end", "does not lie right before its end"),
        ("same-name", "two members of the name"), ("overlap", "whose members overlap"),
        ("claimed-size", "claims more bytes than there are"),
        ("two-sizes", "two sizes"), ("far-offset", "is not where it says"), ("encrypted", "is encrypted"),
        ("wide-size", "sizes that are not there"),
        ("checksum", "do not have their checksum"), ("byte-order", "unknown byte order"),
        ("deflated-pickle", "is compressed"),
        ("deflated-storage", "is compressed"), ("more-after", "more bytes after its end"),
        ("script", "is a TorchScript archive"),
        ("arrays", "is a NumPy .npz archive"), ("no-pickle", "is text and not a pickle"),
    ]

    @Test(arguments: refusals)
    func everyOtherArchiveIsRefused(kind: String, sentence: String) throws {
        let bytes = try Self.hostile(kind)
        let outcome = try HostilePickleTests.load(bytes)
        #expect(outcome.sentence.contains(sentence), "\(outcome.sentence)")
        #expect(outcome.sentence.hasSuffix(".") && !outcome.sentence.contains("\n"))
        #expect(outcome.events == [] && outcome.modules == [])
        let found = try scan(bytes)
        let statuses: [String: PickleScan.Status] = [
            "UnsafePickle": .unsafe, "NotJudged": .unknown, "NotSupported": .unsupported,
        ]
        #expect(found.status == statuses[outcome.kind, default: .unreadable])
        #expect(found.reason?.hasSuffix(".") == true)
        #expect(try folder.names() == ["file.pth"])
    }

    @Test func everyKindHasItsTest() throws {
        let kinds = try Samples.call("torch_checks", "kinds", []).text().split(separator: " ").map(String.init)
        #expect(kinds.sorted() == Self.refusals.map(\.0).sorted())
    }

    // Damage

    @Test func truncationAtEveryByteIsRefused() throws {
        let bytes = try Samples.pickle("{\"tensors\":true,\"rows\":\"matrix\",\"without\":[1,2,4,5]}")
        let handle = try Python.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }
        #expect(try Samples.call("hostile_checks", "load_every_truncation", [handle]).text() == "[]")
    }

    @Test func aChangedByteIsRefusedOrChangesNothing() throws {
        let bytes = try Samples.pickle("{\"tensors\":true,\"rows\":\"matrix\",\"without\":[1,2,4,5]}")
        let handle = try Python.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }
        #expect(
            try Samples.call("torch_checks", "wrong_after_damage", [handle, try Python.string("3000")]).text() == "[]")
    }
}
