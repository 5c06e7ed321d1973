import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import TableConversion

/// Lists of other columns, delimiters, encodings and of several files.
@Suite struct ListTests {
    let files: TableFiles

    init() throws { files = try TableFiles() }

    private func list(_ text: String, _ name: String = "list.csv", split: String? = nil) throws -> TableRequest.List {
        TableRequest.List(path: try files.write(text.utf8, name), split: split)
    }

    private func rows(_ count: Int) throws -> String {
        try files.write(TableFiles.npy((0..<count).map(Double.init), shape: [count, 1]), "rows.npy")
    }

    private static let head =
        "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"

    private func meld() throws -> [TableRequest.List] {
        try [
            (
                "train_sent_emo.csv",
                "1,\"Hi, \"\"you\"\".\",Ross,joy,positive,0,0,8,21,\"00:16:16,059\",\"00:16:21,731\"\n"
            ),
            ("dev_sent_emo.csv", "1,Oh,Joey,anger,negative,0,0,4,7,\"00:20:57,256\",\"00:21:00,049\"\n"),
            ("test_sent_emo.csv", "1,No,Ross,joy,negative,0,0,1,2,a,b\n2,Why,Joey,anger,negative,1,0,1,2,a,b\n"),
        ].map { try list(Self.head + $0.1, $0.0, split: KnownColumns.meld.split(ofFile: $0.0)) }
    }

    @Test func theListsOfMELDAreReadAsPublished() throws {
        let (summary, store) = try files.convert(try meld(), audio: try rows(4)) {
            $0.columns = KnownColumns.meld.names
        }
        #expect(store.dialogues.map(\.id) == ["train_0", "valid_0", "test_0", "test_1"])
        #expect(store.utteranceIDs == ["0", "0", "0", "0"])
        #expect(store.labelNames == ["anger", "joy"] && Array(store.labels) == [1, 0, 1, 0])
        #expect(
            store.targets == [
                LabelSet(name: "sentiment", labelNames: ["negative", "positive"], labels: [1, 0, 0, 0])
            ])
        #expect(store.speakerNames == ["Joey", "Ross"] && Array(store.speakers) == [1, 0, 1, 0])
        #expect(try (0..<4).map { try store.sentence($0) } == ["Hi, \"you\".", "Oh", "No", "Why"])
        #expect(try store.readRows(of: "audio", 0..<4) == [0, 1, 2, 3])
        #expect(
            store.splits.map(\.origin) == [
                "train dialogues of train_sent_emo.csv, 'train_' put before their ids",
                "valid dialogues of dev_sent_emo.csv, 'valid_' put before their ids",
                "test dialogues of test_sent_emo.csv, 'test_' put before their ids",
            ])
        let said =
            "The lists use one id for several dialogues, as 0 in train_sent_emo.csv and in dev_sent_emo.csv: all ids have their split before them, as train_0."
        #expect(summary.warnings.contains(said))
        #expect(store.provenance?.warnings.contains(said) == true)
        #expect(store.provenance?.options.contains("column dialogue=Dialogue_ID") == true)
    }

    @Test func idsThatAreUniqueStayAsTheyAre() throws {
        let (_, store) = try files.convert(
            [try list("dialogue\na\n", "a.csv", split: "train"), try list("dialogue\nb\n", "b.csv", split: "val")],
            audio: try rows(2))
        #expect(store.dialogues.map(\.id) == ["a", "b"])
        #expect(store.splits.map(\.name) == ["train", "valid"])
    }

    @Test func listsThatDisagreeAreRefused() throws {
        let (one, other) = (try list("dialogue\nd\n", "a.csv"), try list("dialogue\nd\n", "b.csv"))
        let whole = try list("dialogue,split\nd,test\n", "c.csv", split: "train")
        let strange = try list("dialogue\nd\n", "d.csv", split: "tarin")
        let same = [one, other].map { TableRequest.List(path: $0.path, split: "train") }
        for (lists, sentence) in [
            ([one, other], "give each list with its split (--split train=a.csv)"),
            (same, "both of the split train: give each dialogue an id of its own"),
            ([whole], "line 2 has the split test, and --split gives the whole list the split train"),
            ([strange], "--split gives d.csv the split 'tarin'; the splits are train, valid and test"),
        ] {
            let said = files.fault(lists, audio: try rows(lists.count))
            #expect(said?.contains(sentence) == true, "\(said ?? "")")
        }
    }

    @Test func columnsHaveTheNamesThatAreGiven() throws {
        let text = "Talk\tUtterance\tlabel\tText\r\nt1\tHello\tx\tglad\r\nt1\t\"a\tb\"\ty\tcalm\r\n"
        let (summary, store) = try files.convert([try list(text, "list.tsv")], audio: try rows(2)) {
            $0.columns = [.dialogue: ["Talk"], .text: ["Utterance"], .label: ["Text"]]
        }
        // A name that was given to one column is no other one's, though it is called so.
        #expect(store.utteranceIDs == ["t1_0", "t1_1"])
        #expect(store.labelNames == ["calm", "glad"] && Array(store.labels) == [1, 0])
        #expect(try store.sentence(1) == "a\tb")
        #expect(summary.warnings.allSatisfy { $0.contains("names no") }, "\(summary.warnings)")
        let lines = "{\"talk\": \"t\", \"emotion\": \"glad\", \"dialogue\": 7, \"said\": \"x\\u00e9\"}\n"
        let (_, named) = try files.convert([try list(lines, "list.jsonl")], audio: try rows(1)) {
            $0.columns = [.dialogue: ["talk"], .label: ["emotion"], .text: ["said"]]
        }
        #expect(named.dialogues.map(\.id) == ["t"] && named.labelNames == ["glad"])
        #expect(try named.sentence(0) == "xé")
    }

    @Test func aLabelMayBeOneHot() throws {
        let text = "dialogue,joy,anger\na,1,0\na,0.0,1.0\nb,,\nb,True,False\n"
        let (_, store) = try files.convert([try list(text)], audio: try rows(4)) {
            $0.columns[.label] = ["joy", "anger"]
        }
        #expect(store.labelNames == ["joy", "anger"] && Array(store.labels) == [0, 1, -1, 0])
        for (row, sentence) in [
            ("0,0", "line 2 has no 1 in the columns of its label"),
            ("1,1", "line 2 has a 1 both in joy and in anger"),
            ("2,0", "line 2 has '2' in the column joy, where a one-hot label has 0 or 1"),
        ] {
            let said = files.fault([try list("dialogue,joy,anger\na,\(row)\n")], audio: try rows(1)) {
                $0.columns[.label] = ["joy", "anger"]
            }
            #expect(said?.contains(sentence) == true, "\(said ?? "")")
        }
        let said = files.fault([try list("{\"dialogue\": \"a\"}\n", "l.jsonl")], audio: try rows(1)) {
            $0.columns[.label] = ["joy", "anger"]
        }
        #expect(said?.contains("one-hot columns are read from CSV") == true, "\(said ?? "")")
    }

    @Test(arguments: [UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "\t"), UInt8(ascii: "~")])
    func anyCharacterStandsBetweenColumns(delimiter: UInt8) throws {
        let mark = String(UnicodeScalar(delimiter))
        let text =
            ["dialogue", "text"].joined(separator: mark) + "\n"
            + ["d", "\"a\(mark)b, \"\"c\"\"\""].joined(separator: mark)
        let (_, store) = try files.convert([try list(text)], audio: try rows(1)) { $0.delimiter = delimiter }
        #expect(try store.sentence(0) == "a\(mark)b, \"c\"")
    }

    @Test func windows1252BecomesUTF8() throws {
        // It’s “ok” – €, and all letters that the encoding has, in a file longer than a piece of reading.
        let letters = (0x80...0xFF).map { UInt8($0) }.filter { ![0x81, 0x8D, 0x8F, 0x90, 0x9D].contains($0) }
        let long = [UInt8](repeating: 0xE9, count: 1 << 20)
        var bytes = Array("dialogue,text\nd,".utf8) + [0x93, 0x6F, 0x6B, 0x94, 0x85, 0x80]
        bytes += Array("\nd,".utf8) + letters + Array("\nd,".utf8) + long + Array("\n".utf8)
        let path = try files.write(bytes, "list.csv")
        let (_, store) = try files.convert([.init(path: path)], audio: try rows(3)) { $0.encoding = .windows1252 }
        #expect(try store.sentence(0) == "\u{201C}ok\u{201D}\u{2026}\u{20AC}")
        let wanted = String(bytes: letters, encoding: .windowsCP1252)
        #expect(try store.sentence(1) == wanted)
        #expect(try store.sentence(2) == String(repeating: "é", count: 1 << 20))
        let refused = files.fault([.init(path: path)], audio: try rows(3))
        #expect(refused?.contains("is not UTF-8: give --encoding windows-1252") == true, "\(refused ?? "")")
    }

    @Test(arguments: [UInt8(0x81), 0x8D, 0x8F, 0x90, 0x9D])
    func whatWindows1252LeavesUndefinedIsRefused(byte: UInt8) throws {
        let path = try files.write(Array("dialogue,text\nd,a\nd,".utf8) + [byte], "list.csv")
        let said = files.fault([.init(path: path)], audio: try rows(2)) { $0.encoding = .windows1252 }
        let sentence = "line 3 holds the byte 0x\(String(byte, radix: 16, uppercase: true)), which Windows-1252 leaves"
        #expect(said?.contains(sentence) == true, "\(said ?? "")")
    }

    @Test func utf8ThatIsCalledWindows1252IsTold() throws {
        let (summary, _) = try files.convert([try list("dialogue,text\nd,naïve €\n")], audio: try rows(1)) {
            $0.encoding = .windows1252
        }
        #expect(summary.warnings.contains { $0.contains("stand as UTF-8 writes them") })
        let said = files.fault([try list("\u{FEFF}dialogue\nd\n")], audio: try rows(1)) { $0.encoding = .windows1252 }
        #expect(said?.contains("begins with the mark of UTF-8") == true, "\(said ?? "")")
    }

    @Test func sentimentIsASecondLabelOnRequest() throws {
        let text = "dialogue,label,sentiment\na,x,2\nb,y,\n"
        let (_, without) = try files.convert([try list(text)], audio: try rows(2))
        #expect(without.targets.isEmpty)
        let (_, store) = try files.convert([try list(text)], audio: try rows(2)) {
            $0.columns[.sentiment] = ["sentiment"]
        }
        #expect(store.targets == [LabelSet(name: "sentiment", labelNames: ["0", "1", "2"], labels: [2, -1])])
        for (value, sentence) in [
            ("-1", "line 3 has the sentiment '-1', a number below 0: write sentiments by name"),
            (
                "nan",
                "line 3 has the sentiment 'nan', as pandas and NumPy write a value that is missing: leave it empty where an utterance has no sentiment."
            ),
        ] {
            let said = files.fault([try list("dialogue,sentiment\na,2\nb,\(value)\n")], audio: try rows(2)) {
                $0.columns[.sentiment] = ["sentiment"]
            }
            #expect(said?.contains(sentence) == true, "\(said ?? "")")
        }
    }

    @Test func nearMissesSayWhatToGive() throws {
        let head = Self.head
        for (text, columns, sentence) in [
            ("\(head)1\n", [:], "list.csv has MELD's columns and none called dialogue: give --columns meld."),
            ("Dialogue_ID,x\n", [:], "give --column dialogue=Dialogue_ID if it holds the dialogues' ids"),
            ("Talk,x\n", [:], "with --column dialogue=NAME; its columns are Talk, x"),
            ("dialogue;label\n", [:], "has semicolons between its columns: give --delimiter semicolon"),
            ("Utterance\tConversation ID\n", [:], "has tabs between its columns: give --delimiter tab"),
            (
                "a,b\n", [.dialogue: ["c"]],
                "has no column called 'c', which --column gives for the dialogue: its columns are a, b"
            ),
            (
                "dialogue,Utterance,Utterance_ID\n", [:],
                "say which holds the utterances' ids with --column utterance=Utterance_ID, and which their texts with --column text=Utterance"
            ),
            (
                "{\"dialogue\": 1}\n", [.label: ["mood"]],
                "has nothing called 'mood', which --column gives for the label"
            ),
            ("{\"dialogue\": 1}\n", [.dialogue: ["talk"]], "is no JSON object with a dialogue under 'talk'"),
        ] as [(String, [TableColumn: [String]], String)] {
            let said = files.fault([try list(text)], audio: try rows(1)) { $0.columns = columns }
            #expect(said?.contains(sentence) == true, "\(said ?? "")")
        }
        let (summary, _) = try files.convert([try list("dialogue,my emotion,emotion\nd,a,b\n")], audio: try rows(1))
        #expect(summary.warnings.contains { $0.hasSuffix("give --column label=emotion if it holds the labels.") })
    }
}
