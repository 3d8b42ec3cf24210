// Damaged files of torch.save: the reader gives tensors or a UserError, nothing else, and does not
// read beyond the file. Half of the corpus are bare pickles, which are put into a good archive.
// Arguments: seed and count.
#include "runtime/torch_zip.h"

#include <cstring>

#include "runtime/zip.h"
#include "tests/fuzz/bytes.h"

using namespace std::string_literals;

namespace lithe::fuzz {
namespace {

constexpr double data[] = {1, 2, 3, 4, 5, 6};

std::string join(const std::vector<std::span<const std::byte>>& pieces) {
    std::string text;
    for (std::span<const std::byte> piece : pieces) {
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    return text;
}

/// An archive with this pickle and with storages of 8, 48, 48 and 0 bytes.
std::string archive(std::span<const std::byte> pickle) {
    const std::span<const std::byte> numbers = std::as_bytes(std::span(data));
    ZipWriter writer;
    writer.add("archive/data.pkl", pickle);
    writer.add("archive/data/0", numbers.first(8));
    writer.add("archive/data/1", numbers);
    writer.add("archive/data/2", numbers);
    writer.add("archive/data/3", {});
    return join(writer.finish());
}

std::string tensors() {
    const std::vector<NamedTensor> named = {
        {"a", {data, DType::i64, {}}},
        {"b", {data, DType::f32, {3, 4}}},
        {"c", {data, DType::f64, {2, 3}}},
        {"d", {data, DType::boolean, {3, 0}}},
    };
    const std::vector<std::byte> bytes = torch_zip_bytes(named, {{"", 1}, {"bn", 2}});
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void read(std::span<const std::byte> bytes) {
    const TorchFile file = TorchFile::parse(bytes, "fuzz", {.check_crc32 = false});
    std::vector<std::byte> sink;
    for (const auto& [name, tensor] : file.tensors()) {
        sink.resize(static_cast<size_t>(size_bytes(tensor)));
        if (!sink.empty()) std::memcpy(sink.data(), tensor.data, sink.size());
    }
    std::string_view last;
    for (const auto& [name, value] : file.scalars()) last = name;
    const std::vector<std::byte> written = torch_zip_bytes(file.tensors(), file.versions());
    const TorchFile again = TorchFile::parse(written, "again");
    require(again.tensors().size() == file.tensors().size(), "another number of tensors");
    require(again.versions() == file.versions(), "other versions");
}

}  // namespace

std::vector<std::string> corpus() {
    const std::string whole = tensors();
    const auto entries = read_zip(std::as_bytes(std::span(whole)), "");
    const std::string pickle(reinterpret_cast<const char*>(entries[0].data.data()),
                             entries[0].data.size());
    // {"x": [1, 2.5, (True, None)], 3: "y"} with memo slots
    const std::string plain =
        "\x80\x02}q\x00(X\x01\x00\x00\x00xq\x01]q\x02(K\x01"s
        "G\x40\x04\x00\x00\x00\x00\x00\x00\x88N\x86q\x03"s
        "eK\x03X\x01\x00\x00\x00yq\x04u."s;
    return {whole, pickle, plain};
}

void try_bytes(std::span<const std::byte> bytes) {
    const bool is_archive =
        bytes.size() > 1 && bytes[0] == std::byte{'P'} && bytes[1] == std::byte{'K'};
    if (is_archive) return read(bytes);
    const std::string whole = archive(bytes);
    read(std::as_bytes(std::span(whole)));
}

}  // namespace lithe::fuzz

LITHE_FUZZ_MAIN
