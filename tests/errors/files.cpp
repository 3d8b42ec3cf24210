// Files that are damaged, foreign, or not there.
#include <array>
#include <cstring>

#include "runtime/file.h"
#include "runtime/pickle.h"
#include "runtime/safetensors.h"
#include "runtime/torch_zip.h"
#include "runtime/zip.h"
#include "tests/errors/cases.h"

namespace lithe::tests {
namespace {

using namespace std::string_literals;

/// A safetensors file with this header, read.
void read_header(const std::string& header, const std::string& data = "") {
    const uint64_t size = header.size();
    std::string file(8, '\0');
    std::memcpy(file.data(), &size, 8);
    const ExactCopy copy(file + header + data);
    SafetensorsFile::parse(copy.bytes(), "w.safetensors");
}
std::string entry(const std::string& name, const std::string& shape, const std::string& offsets) {
    return "\"" + name + R"(":{"dtype":"U8","shape":[)" + shape + R"(],"data_offsets":[)" +
           offsets + "]}";
}
void save(const std::vector<const char*>& names) {
    static const float value = 0;
    std::vector<NamedTensor> tensors;
    for (const char* name : names) tensors.push_back({name, {&value, DType::f32, {1}}});
    safetensors_bytes(tensors, {});
}

void unpickle(const std::string& bytes) {
    const ExactCopy copy(bytes);
    read_pickle(copy.bytes(), "w.pt: ");
}

std::string join(const std::vector<std::span<const std::byte>>& pieces) {
    std::string text;
    for (const std::span<const std::byte> piece : pieces) text.append(text_of(piece));
    return text;
}
std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
    ZipWriter writer;
    for (const auto& [name, content] : files) writer.add(name, bytes_of(content));
    return join(writer.finish());
}
void unzip(const std::string& archive) {
    const ExactCopy copy(archive);
    for (const ZipEntry& file : read_zip(copy.bytes(), "w.pt: ")) check_crc32(file, "w.pt: ");
}
/// With the byte so far behind `mark` replaced.
std::string patched(std::string text, std::string_view mark, size_t offset, char byte) {
    text[text.find(mark) + offset] = byte;
    return text;
}

/// An archive of torch.save with this pickle and one storage of 4 numbers.
void load_torch(const std::string& pickle, const std::string& byte_order = "little") {
    const std::string text = zip({{"archive/data.pkl", pickle},
                                  {"archive/data/0", std::string(16, '\0')},
                                  {"archive/byteorder", byte_order}});
    const ExactCopy copy(text);
    TorchFile::parse(copy.bytes(), "w.pt");
}
std::string str(std::string_view text) {
    return "X" + std::string(1, static_cast<char>(text.size())) + "\0\0\0"s + std::string(text);
}
std::string dict_of(const std::string& value) { return "\x80\x02}" + str("a") + value + "s."; }
std::string storage(const std::string& type, const std::string& key, char count) {
    return "(" + str("storage") + "c" + type + "\n" + str(key) + str("cpu") + "K" +
           std::string(1, count) + "tQ";
}
std::string tensor_of(const std::string& storage, int offset, const std::string& shape,
                      const std::string& strides) {
    return dict_of("ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K" +
                   std::string(1, static_cast<char>(offset)) + shape + strides + "\x89}tR");
}
const std::string floats = storage("torch\nFloatStorage", "0", 4);

const ErrorCases cases = {
    {"file.open", [] { MappedFile::open(error_folder() / "none.safetensors"); }},
    {"file.read", [] { MappedFile::read(error_folder() / "."); }},
    {"file.write", [] { write_file(error_folder() / "none/w.safetensors", bytes_of("x")); }},
    {"file.write", [] { write_file(error_folder() / ".", bytes_of("x")); }},

    {"safetensors.truncated", [] { SafetensorsFile::parse(bytes_of("12345"), "w.safetensors"); }},
    {"safetensors.header_size",
     [] {
         SafetensorsFile::parse(bytes_of("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}"), "w.safetensors");
     }},
    {"safetensors.header_start", [] { read_header(" {}"); }},
    {"safetensors.json", [] { read_header("{} x"); }},
    {"safetensors.json", [] { read_header(R"({"a":1})"); }},
    {"safetensors.duplicate_key",
     [] { read_header("{" + entry("a", "0", "0,0") + "," + entry("a", "0", "0,0") + "}"); }},
    {"safetensors.duplicate_key", [] { save({"a", "b", "a"}); }},
    {"safetensors.dtype",
     [] { read_header(R"({"a":{"dtype":"C64","shape":[],"data_offsets":[0,8]}})"); }},
    {"safetensors.missing_field", [] { read_header(R"({"a":{"dtype":"U8","shape":[0]}})"); }},
    {"safetensors.unknown_field", [] { read_header(R"({"a":{"stride":[1]}})"); }},
    {"safetensors.size",
     [] {
         read_header(
             R"({"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,0]}})");
     }},
    {"safetensors.size_mismatch",
     [] { read_header("{" + entry("a", "2,3", "0,5") + "}", "12345"); }},
    {"safetensors.offsets", [] { read_header("{" + entry("a", "1", "2,1") + "}", "12"); }},
    {"safetensors.offsets", [] { read_header("{" + entry("a", "3", "0,3") + "}", "12"); }},
    {"safetensors.overlap",
     [] {
         read_header("{" + entry("a", "3", "0,3") + "," + entry("b", "2", "2,4") + "}", "1234");
     }},
    {"safetensors.hole",
     [] {
         read_header("{" + entry("a", "1", "0,1") + "," + entry("b", "2", "2,4") + "}", "1234");
     }},
    {"safetensors.trailing_bytes", [] { read_header("{" + entry("a", "1", "0,1") + "}", "1234"); }},
    {"safetensors.name", [] { save({"__metadata__"}); }},
    {"safetensors.name", [] { save({"\xFF"}); }},

    {"zip.format", [] { unzip("no archive"); }},
    {"zip.format", [] { unzip(patched(zip({{"a", "hello"}}), "PK\1\2", 0, 'x')); }},
    {"zip.compressed", [] { unzip(patched(zip({{"a", "hello"}}), "PK\1\2", 10, 8)); }},
    {"zip.compressed", [] { unzip(patched(zip({{"a", "hello"}}), "PK\1\2", 8, 1)); }},
    {"zip.crc32", [] { unzip(patched(zip({{"a", "hello"}}), "hello", 0, 'H')); }},
    {"zip.duplicate_name", [] { unzip(zip({{"a", ""}, {"a", ""}})); }},

    {"pickle.size", [] { unpickle(std::string((64 << 20) + 1, '.')); }},
    {"pickle.truncated", [] { unpickle("cos\nsystem"); }},
    {"pickle.protocol", [] { unpickle("\x80\x04N."); }},
    {"pickle.opcode", [] { unpickle("N\x93."); }},
    {"pickle.trailing_bytes", [] { unpickle("N.N"); }},
    {"pickle.utf8", [] { unpickle("X\x01\x00\x00\x00\xFF."s); }},
    {"pickle.integer",
     [] {
         unpickle(
             "\x8A\x09"
             "123456789.");
     }},
    {"pickle.stack", [] { unpickle("\x85."); }},
    {"pickle.stack", [] { unpickle("NN."); }},
    {"pickle.type", [] { unpickle("NNa."); }},
    {"pickle.memo", [] { unpickle("h\x05."); }},

    {"torch_zip.legacy",
     [] {
         TorchFile::parse(bytes_of("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.more"),
                          "w.pt");
     }},
    {"torch_zip.missing_file", [] { TorchFile::parse(bytes_of(zip({{"a", "b"}})), "w.pt"); }},
    {"torch_zip.byte_order", [] { load_torch("}.", "big"); }},
    {"torch_zip.call", [] { load_torch(dict_of("cposix\nsystem\n" + str("touch x") + "\x85R")); }},
    {"torch_zip.value", [] { load_torch(dict_of("ctorch\nfloat32\n")); }},
    {"torch_zip.value", [] { load_torch(dict_of(floats)); }},
    {"torch_zip.state", [] { load_torch(dict_of("ca\nB\n)R}b")); }},
    {"torch_zip.state", [] { load_torch("cmodels\nNet\n)\x81}b."); }},
    {"torch_zip.key", [] { load_torch("}NNs."); }},
    {"torch_zip.duplicate_key", [] { load_torch("}" + str("a") + "Ns" + str("a") + "Ns."); }},
    {"torch_zip.dtype",
     [] { load_torch(tensor_of(storage("torch\nComplexFloatStorage", "0", 4), 0, ")", ")")); }},
    {"torch_zip.storage", [] { load_torch(tensor_of("N", 0, ")", ")")); }},
    {"torch_zip.storage",
     [] { load_torch(tensor_of(storage("torch\nFloatStorage", "0", 5), 0, ")", ")")); }},
    {"torch_zip.bounds", [] { load_torch(tensor_of(floats, 1, "K\x04\x85", "K\x01\x85")); }},
    {"torch_zip.tensor", [] { load_torch(tensor_of(floats, 0, "K\x02\x85", ")")); }},
    {"torch_zip.too_large",
     [] { load_torch("\x80\x02" + std::string(2000, ']') + std::string(1999, 'a') + "."); }},
};

}  // namespace
}  // namespace lithe::tests
