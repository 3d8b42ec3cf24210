#include "runtime/torch_zip.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "runtime/zip.h"
#include "tests/paths.h"
#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;
using namespace std::string_literals;

namespace {

std::string recorded(const char* name) {
    return std::string(source_dir) + "/tests/data/recorded_" + name + ".pt";
}

const ConstTensorView& tensor(const TorchFile& file, std::string_view name) {
    const auto found = std::ranges::find(file.tensors(), name, &NamedTensor::name);
    BOOST_REQUIRE_MESSAGE(found != file.tensors().end(), "no tensor " << name);
    return found->tensor;
}

const TorchScalar& scalar(const TorchFile& file, std::string_view name) {
    const auto found =
        std::ranges::find(file.scalars(), name, &std::pair<std::string, TorchScalar>::first);
    BOOST_REQUIRE_MESSAGE(found != file.scalars().end(), "no scalar " << name);
    return found->second;
}

std::vector<float> floats(const ConstTensorView& view) {
    BOOST_REQUIRE(view.dtype == DType::f32);
    return {view.as<float>(), view.as<float>() + element_count(view.shape)};
}

/// An archive with this pickle and the data 0, 1, 2, 3 (f32) as storage '0'.
std::string archive(std::string_view pickle, std::string_view folder = "archive",
                    std::string_view extra_name = "byteorder", std::string_view extra = "little") {
    const float data[] = {0, 1, 2, 3};
    const std::string root(folder);
    ZipWriter writer;
    writer.add(root + "/data.pkl", bytes_of(pickle));
    writer.add(root + "/data/0", std::as_bytes(std::span(data)));
    writer.add(root + "/" + std::string(extra_name), bytes_of(extra));
    std::string text;
    for (std::span<const std::byte> piece : writer.finish()) text.append(text_of(piece));
    return text;
}

/// Opcodes.
std::string str(std::string_view text) {
    return "X" + std::string(1, static_cast<char>(text.size())) + "\0\0\0"s + std::string(text);
}
std::string storage(std::string_view type = "torch\nFloatStorage", std::string_view key = "0",
                    int count = 4) {
    return "(" + str("storage") + "c" + std::string(type) + "\n" + str(key) + str("cpu") + "K" +
           std::string(1, static_cast<char>(count)) + "tQ";
}
std::string rebuild(const std::string& storage, int offset, const std::string& shape,
                    const std::string& strides) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K" +
           std::string(1, static_cast<char>(offset)) + shape + strides + "\x89}tR";
}
/// {"a": value}
std::string dict_of(const std::string& value) { return "\x80\x02}" + str("a") + value + "s."; }

std::string archive_error(const std::string& bytes, const TorchZipOptions& options = {}) {
    const ExactCopy copy(bytes);
    return message_of([&] { TorchFile::parse(copy.bytes(), "w.pt", options); });
}
std::string pickle_error(const std::string& pickle) { return archive_error(archive(pickle)); }

uint64_t sum_of_bytes(const TorchFile& file) {
    uint64_t sum = 0;
    for (const NamedTensor& entry : file.tensors()) {
        const auto* bytes = entry.tensor.as<uint8_t>();
        for (int64_t i = 0; i < size_bytes(entry.tensor); ++i) sum += bytes[i];
    }
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_torch_zip)

BOOST_AUTO_TEST_CASE(reads_a_state_dict_of_pytorch) {
    const TorchFile file = TorchFile::open(recorded("state_dict"));
    BOOST_CHECK_EQUAL(file.tensors().size(), 25);
    BOOST_CHECK_EQUAL(file.scalars().size(), 0);
    BOOST_CHECK_EQUAL(file.tensors()[0].name, "fc1.weight");
    const std::vector<float> weight = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2};
    BOOST_TEST(floats(tensor(file, "fc1.weight")) == weight, boost::test_tools::per_element());
    BOOST_CHECK(tensor(file, "fc1.weight").data == tensor(file, "fc2.weight").data);
    BOOST_CHECK_EQUAL(*tensor(file, "bn.num_batches_tracked").as<int64_t>(), 0);
    BOOST_CHECK_EQUAL(tensor(file, "parameter").as<float>()[1], 4);
    BOOST_CHECK_EQUAL(tensor(file, "na\xC3\xAFve \xF0\x9F\x98\x80").as<float>()[0], 5);
    const ModuleVersions versions = {{"", 1}, {"fc1", 1}, {"bn", 2}, {"fc2", 1}};
    BOOST_CHECK(file.versions() == versions);
}

BOOST_AUTO_TEST_CASE(strided_tensors_become_dense) {
    const TorchFile file = TorchFile::open(recorded("state_dict"));
    const ConstTensorView& transposed = tensor(file, "view.transposed");
    BOOST_CHECK_EQUAL(type_text(transposed.dtype, transposed.shape), "f32[4, 2, 3]");
    for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 6; ++j) {
            BOOST_CHECK_EQUAL(transposed.as<float>()[i * 6 + j], j * 4 + i);
        }
    }
    const std::vector<float> sliced = {13, 14, 21, 22};
    BOOST_TEST(floats(tensor(file, "view.sliced")) == sliced, boost::test_tools::per_element());
    const std::vector<float> row = {20, 21, 22, 23};
    BOOST_TEST(floats(tensor(file, "view.row")) == row, boost::test_tools::per_element());
    const std::vector<float> expanded = {1, 1, 1, 2, 2, 2};
    BOOST_TEST(floats(tensor(file, "view.expanded")) == expanded, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_dtype_is_read) {
    const TorchFile file = TorchFile::open(recorded("state_dict"));
    for (DType dtype : {DType::f64, DType::i64, DType::i32, DType::u8, DType::boolean, DType::f16,
                        DType::bf16, DType::i8, DType::i16}) {
        BOOST_CHECK(tensor(file, "dtype." + std::string(name(dtype))).dtype == dtype);
    }
    BOOST_CHECK(std::isnan(tensor(file, "dtype.f64").as<double>()[3]));
    BOOST_CHECK_EQUAL(*tensor(file, "dtype.i64").as<int64_t>(), -(int64_t{1} << 40));
    BOOST_CHECK_EQUAL(tensor(file, "dtype.i16").as<int16_t>()[1], -300);
    BOOST_CHECK_EQUAL(tensor(file, "dtype.bf16").as<uint16_t>()[0], 0x3FC0);
    BOOST_CHECK_EQUAL(type_text(DType::f32, tensor(file, "empty").shape), "f32[3, 0, 2]");
}

BOOST_AUTO_TEST_CASE(reads_a_checkpoint_of_pytorch) {
    const TorchFile file = TorchFile::open(recorded("checkpoint"));
    BOOST_CHECK_EQUAL(std::get<int64_t>(scalar(file, "epoch")), 3);
    BOOST_CHECK_EQUAL(std::get<int64_t>(scalar(file, "steps.1")), 70000);
    BOOST_CHECK_EQUAL(std::get<int64_t>(scalar(file, "steps.4")), -(int64_t{1} << 40));
    BOOST_CHECK_EQUAL(std::get<double>(scalar(file, "best")), 0.5);
    BOOST_CHECK_EQUAL(std::get<std::string>(scalar(file, "name")), "n\xC3\xA4me");
    BOOST_CHECK_EQUAL(std::get<bool>(scalar(file, "done")), false);
    BOOST_CHECK(std::holds_alternative<std::monostate>(scalar(file, "nothing")));
    BOOST_CHECK_EQUAL(std::get<bool>(scalar(file, "pair.0")), true);
    BOOST_CHECK_EQUAL(std::get<double>(scalar(file, "optimizer.param_groups.0.lr")), 0.125);
    // One step of Adam from 0.
    BOOST_CHECK_CLOSE(tensor(file, "model.fc1.weight").as<float>()[0], -0.125f, 1e-4f);
    BOOST_CHECK_EQUAL(*tensor(file, "optimizer.state.0.step").as<float>(), 1);
    BOOST_CHECK_EQUAL(tensor(file, "plain.fc.weight").as<float>()[1], 2);
    BOOST_CHECK_EQUAL(file.versions()[2].first, "model.bn");
    BOOST_CHECK_EQUAL(file.versions()[2].second, 2);
}

BOOST_AUTO_TEST_CASE(reads_what_libtorch_saved) {
    const std::string data = std::string(source_dir) + "/tests/data/libtorch_";
    const TorchFile module = TorchFile::open(data + "module.pt");
    std::string names;
    for (const NamedTensor& entry : module.tensors()) names += entry.name + " ";
    BOOST_CHECK_EQUAL(names,
                      "scale table fc1.weight fc1.bias bn.weight bn.bias bn.running_mean "
                      "bn.running_var bn.num_batches_tracked seq.0.weight seq.0.bias ");
    // The parameter of number n is arange / 4 - n; scale is the first.
    BOOST_CHECK_EQUAL(tensor(module, "fc1.weight").as<float>()[5], 5 / 4.0F - 1);
    BOOST_CHECK((tensor(module, "seq.0.weight").shape == std::vector<int64_t>{2, 2}));
    BOOST_CHECK_EQUAL(tensor(module, "table").as<int64_t>()[3], 3);

    const TorchFile one = TorchFile::open(data + "tensor.pt");
    BOOST_REQUIRE_EQUAL(one.tensors().size(), 1U);
    BOOST_CHECK(one.tensors()[0].tensor.dtype == DType::f64);
    BOOST_CHECK_EQUAL(tensor(one, "0").as<double>()[5], 5);
    const TorchFile several = TorchFile::open(data + "tensors.pt");
    BOOST_REQUIRE_EQUAL(several.tensors().size(), 2U);
    BOOST_CHECK_EQUAL(tensor(several, "1").as<int64_t>()[2], 2);
}

BOOST_AUTO_TEST_CASE(objects_of_torchscript_without_attributes_are_refused) {
    BOOST_CHECK(pickle_error("c__torch__\nModule\n)\x81.").ends_with("[torch_zip.call]"));
    BOOST_CHECK(pickle_error("cos\nsystem\n)\x81}b.").ends_with("[torch_zip.state]"));
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
    const TorchFile file = TorchFile::open(recorded("state_dict"));
    const TemporaryFolder folder;
    save_torch_zip(folder / "w.pt", file.tensors(), file.versions());
    const TorchFile again = TorchFile::open(folder / "w.pt");
    BOOST_REQUIRE_EQUAL(again.tensors().size(), file.tensors().size());
    for (size_t i = 0; i < file.tensors().size(); ++i) {
        const NamedTensor& a = file.tensors()[i];
        const NamedTensor& b = again.tensors()[i];
        BOOST_CHECK_EQUAL(a.name, b.name);
        BOOST_CHECK_EQUAL(type_text(a.tensor.dtype, a.tensor.shape),
                          type_text(b.tensor.dtype, b.tensor.shape));
        BOOST_CHECK(std::memcmp(a.tensor.data, b.tensor.data,
                                static_cast<size_t>(size_bytes(a.tensor))) == 0);
    }
    BOOST_CHECK(tensor(again, "fc1.weight").data == tensor(again, "fc2.weight").data);
    BOOST_CHECK(again.versions() == file.versions());
    BOOST_CHECK(read_text(folder / "w.pt") ==
                text_of(torch_zip_bytes(again.tensors(), again.versions())));
}

BOOST_AUTO_TEST_CASE(sizes_of_every_length_are_written) {
    const std::vector<uint8_t> data(70'000);
    const std::vector<NamedTensor> tensors = {
        {"a", {data.data(), DType::u8, {300}}},
        {"b", {data.data(), DType::u8, {70'000}}},
        {"c", {data.data(), DType::u8, {int64_t{1} << 40, 0}}},
    };
    const std::vector<std::byte> bytes = torch_zip_bytes(tensors, {{"old", -1}});
    const TorchFile file = TorchFile::parse(bytes, "w.pt");
    for (size_t i = 0; i < 3; ++i)
        BOOST_CHECK(file.tensors()[i].tensor.shape == tensors[i].tensor.shape);
    BOOST_CHECK_EQUAL(file.versions()[0].second, -1);
}

BOOST_AUTO_TEST_CASE(writer_checks_keys) {
    const float data[1] = {0};
    const auto error = [&](std::string a, std::string b) {
        const std::vector<NamedTensor> tensors = {{a, {data, DType::f32, {1}}},
                                                  {b, {data, DType::f32, {1}}}};
        return message_of([&] { torch_zip_bytes(tensors); });
    };
    BOOST_CHECK_EQUAL(error("a", "a"), "torch_zip: key 'a' comes twice [torch_zip.duplicate_key]");
    BOOST_CHECK_EQUAL(error("a", "\xFF"), "torch_zip: key '\\xff' is not UTF-8 [torch_zip.key]");
}

BOOST_AUTO_TEST_CASE(crafted_tensors_are_read) {
    const std::string bytes =
        archive(dict_of(rebuild(storage(), 1, "K\x02\x85", "K\x02\x85")), "any");
    const TorchFile file = TorchFile::parse(bytes_of(bytes), "w.pt");
    const std::vector<float> expected = {1, 3};
    BOOST_TEST(floats(tensor(file, "a")) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_is_executed) {
    BOOST_CHECK_EQUAL(
        pickle_error(dict_of("cposix\nsystem\n" + str("touch x") + "\x85R")),
        "torch_zip: 'w.pt': 'a' calls 'posix.system', which is never executed; save a "
        "state_dict of dense CPU tensors [torch_zip.call]");
    BOOST_CHECK_EQUAL(
        pickle_error(dict_of("ctorch\nfloat32\n")),
        "torch_zip: 'w.pt': 'a' is the Python object 'torch.float32' [torch_zip.value]");
    BOOST_CHECK_EQUAL(pickle_error(dict_of("ca\nB\n)R}b")),
                      "torch_zip: 'w.pt': 'a' sets items or attributes of 'a.B' [torch_zip.state]");
    BOOST_CHECK_EQUAL(
        pickle_error(dict_of("ccollections\nOrderedDict\n]\x85R")),
        "torch_zip: 'w.pt': 'a' is an OrderedDict made with arguments [torch_zip.call]");
    BOOST_CHECK_EQUAL(pickle_error(dict_of("ccollections\nOrderedDict\n)R}" + str("x") + "Nsb")),
                      "torch_zip: 'w.pt': 'a' has the attribute 'x' [torch_zip.state]");
    BOOST_CHECK_EQUAL(pickle_error(dict_of(storage())),
                      "torch_zip: 'w.pt': 'a' is a storage, not a tensor [torch_zip.value]");
    BOOST_CHECK_EQUAL(pickle_error("}NNs."),
                      "torch_zip: 'w.pt': '' has a key that is neither a string nor an integer "
                      "[torch_zip.key]");
    BOOST_CHECK_EQUAL(pickle_error("}" + str("a") + "Ns" + str("a") + "Ns."),
                      "torch_zip: 'w.pt': key 'a' comes twice [torch_zip.duplicate_key]");
}

BOOST_AUTO_TEST_CASE(bad_storages_are_refused) {
    const auto error = [](const std::string& storage) {
        return pickle_error(dict_of(rebuild(storage, 0, ")", ")")));
    };
    BOOST_CHECK_EQUAL(error("N"),
                      "torch_zip: 'w.pt': tensor 'a' has no storage [torch_zip.storage]");
    BOOST_CHECK_EQUAL(error(storage("torch\nComplexFloatStorage")),
                      "torch_zip: 'w.pt': tensor 'a' has the unsupported storage "
                      "'torch.ComplexFloatStorage' [torch_zip.dtype]");
    BOOST_CHECK_EQUAL(error(storage("torch\nFloatStorage", "1")),
                      "torch_zip: 'w.pt': no 'data/1' in the archive [torch_zip.missing_file]");
    BOOST_CHECK_EQUAL(
        error(storage("torch\nFloatStorage", "0", 5)),
        "torch_zip: 'w.pt': tensor 'a': its storage f32[5] does not take the 16 bytes of "
        "'data/0' [torch_zip.storage]");
}

BOOST_AUTO_TEST_CASE(elements_outside_the_storage_are_refused) {
    const auto error = [](int offset, const std::string& shape, const std::string& strides) {
        return pickle_error(dict_of(rebuild(storage(), offset, shape, strides)));
    };
    const std::string tensor = "torch_zip: 'w.pt': tensor 'a'";
    BOOST_CHECK_EQUAL(error(0, "K\x04\x85", "K\x01\x85"), "no error");
    BOOST_CHECK_EQUAL(error(9, "K\x00\x85"s, "K\x01\x85"), "no error");  // empty
    BOOST_CHECK_EQUAL(
        error(1, "K\x04\x85", "K\x01\x85"),
        tensor +
            ": f32[4] with strides [1] and offset 1 goes beyond the 4 elements of its "
            "storage [torch_zip.bounds]");
    BOOST_CHECK_EQUAL(
        error(3, "K\x02\x85", "J\xFF\xFF\xFF\xFF\x85"),
        tensor +
            ": f32[2] with strides [-1] and offset 3 goes beyond the 4 elements of its "
            "storage [torch_zip.bounds]");
    BOOST_CHECK_EQUAL(
        error(0, "K\x02\x85", "\x8A\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\x85"),
        tensor +
            ": f32[2] with strides [9223372036854775807] and offset 0 goes beyond the "
            "4 elements of its storage [torch_zip.bounds]");
    BOOST_CHECK_EQUAL(error(0, "K\x02\x85", ")"),
                      tensor +
                          ": f32[2] with strides [] and offset 0 has not one stride a size "
                          "[torch_zip.tensor]");
    BOOST_CHECK_EQUAL(error(0, "N\x85", "K\x01\x85"),
                      tensor + " has a size or offset that is no integer [torch_zip.tensor]");
    BOOST_CHECK_EQUAL(error(0, "(" + std::string(65, 'N') + "t", ")"),
                      tensor + " has more than 64 dimensions [torch_zip.tensor]");
    BOOST_CHECK_EQUAL(pickle_error(dict_of("ctorch._utils\n_rebuild_tensor_v2\n)R")),
                      tensor + " lacks arguments [torch_zip.tensor]");
}

BOOST_AUTO_TEST_CASE(what_expands_without_end_is_refused) {
    // A list that holds itself.
    BOOST_CHECK(pickle_error("]q\x01h\x01"
                             "a.")
                    .ends_with("is nested deeper than 32 containers [torch_zip.too_large]"));
    // Twenty lists, each of which holds the one before ten times.
    std::string lists = "]q\x01"s;
    for (char level = 2; level < 20; ++level) {
        lists += "](";
        for (int i = 0; i < 10; ++i) lists += "h"s + static_cast<char>(level - 1);
        lists += "eq"s + level;
    }
    lists = "(" + lists + "t.";
    BOOST_CHECK_EQUAL(pickle_error(lists),
                      "torch_zip: 'w.pt': the containers expand to more entries than are read "
                      "[torch_zip.too_large]");
    // Four elements, seen as 2^26.
    BOOST_CHECK_EQUAL(
        pickle_error(dict_of(rebuild(storage(), 0, "J\x00\x00\x00\x04\x85"s, "K\x00\x85"s))),
        "torch_zip: 'w.pt': tensor 'a': f32[67108864] repeats the 16 bytes of its storage too "
        "often "
        "[torch_zip.too_large]");
}

BOOST_AUTO_TEST_CASE(other_archives_are_refused) {
    BOOST_CHECK_EQUAL(
        archive_error("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.more"),
        "torch_zip: 'w.pt': the file was written with "
        "_use_new_zipfile_serialization=False or by PyTorch before 1.6; save it again "
        "without that [torch_zip.legacy]");
    BOOST_CHECK_EQUAL(
        archive_error("text"),
        "torch_zip: 'w.pt': no end of a zip archive in the file's 4 bytes [zip.format]");
    BOOST_CHECK_EQUAL(archive_error(archive("}.", "a/b")),
                      "torch_zip: 'w.pt': no 'data.pkl' in the archive [torch_zip.missing_file]");
    BOOST_CHECK_EQUAL(
        archive_error(archive("}.", "a", "byteorder", "big")),
        "torch_zip: 'w.pt': the byte order is 'big', not 'little' [torch_zip.byte_order]");
}

BOOST_AUTO_TEST_CASE(checksums_can_be_ignored) {
    std::string bytes = archive("}.");
    bytes[bytes.find("little")] = 'L';
    BOOST_CHECK(archive_error(bytes).ends_with("[zip.crc32]"));
    BOOST_CHECK_EQUAL(archive_error(bytes, {.check_crc32 = false}),
                      "torch_zip: 'w.pt': the byte order is 'Little', not 'little' "
                      "[torch_zip.byte_order]");
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    const std::string good = archive(dict_of(rebuild(storage(), 0, "K\x04\x85", "K\x01\x85")));
    for (size_t size = 0; size < good.size(); ++size) {
        BOOST_CHECK_MESSAGE(archive_error(good.substr(0, size)) != "no error", "cut to " << size);
    }
    BOOST_CHECK_EQUAL(archive_error(good), "no error");
}

BOOST_AUTO_TEST_CASE(every_truncation_of_the_pickle_is_refused) {
    const std::string good = dict_of(rebuild(storage(), 0, "K\x04\x85", "K\x01\x85"));
    for (size_t size = 0; size < good.size(); ++size) {
        BOOST_CHECK_MESSAGE(pickle_error(good.substr(0, size)) != "no error", "cut to " << size);
    }
}

BOOST_AUTO_TEST_CASE(flipped_bytes_give_an_error_or_tensors) {
    const unsigned seed = std::random_device()();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    const std::string good = read_text(recorded("state_dict"));
    int refused = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string bytes = good;
        for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
            bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
        }
        const ExactCopy copy(bytes);
        try {
            sum_of_bytes(TorchFile::parse(copy.bytes(), "w.pt", {.check_crc32 = false}));
        } catch (const UserError& error) {
            ++refused;
        } catch (const std::exception& error) {
            BOOST_ERROR("seed " << seed << ", round " << round << ": " << error.what());
        }
    }
    BOOST_CHECK_MESSAGE(refused > 500, "seed " << seed << ": only " << refused << " refused");
}

BOOST_AUTO_TEST_SUITE_END()
