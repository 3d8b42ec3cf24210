#include "runtime/safetensors.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "tests/paths.h"
#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string file_text(std::string_view header, std::string_view data) {
    uint64_t size = header.size();
    std::string text(reinterpret_cast<const char*>(&size), sizeof(size));
    return text.append(header).append(data);
}

std::string parse_error(const std::string& text) {
    const ExactCopy copy(text);
    return message_of([&] { SafetensorsFile::parse(copy.bytes(), "w.safetensors"); });
}

std::string header_error(std::string_view header, std::string_view data = "") {
    return parse_error(file_text(header, data));
}

/// Reads every byte of every tensor.
uint64_t sum_of_bytes(const SafetensorsFile& file) {
    uint64_t sum = 0;
    for (const NamedTensor& entry : file.tensors()) {
        const auto* bytes = entry.tensor.as<uint8_t>();
        for (int64_t i = 0; i < size_bytes(entry.tensor); ++i) sum += bytes[i];
    }
    return sum;
}

std::string recorded_path() { return std::string(source_dir) + "/tests/data/recorded.safetensors"; }

const float weight[6] = {1, 2, 3, 4, 5, 6};
const bool mask[3] = {true, false, true};
const int64_t steps = 7;

std::vector<NamedTensor> small_tensors() {
    return {{"mask", {mask, DType::boolean, {3}}},
            {"fc.weight", {weight, DType::f32, {2, 3}}},
            {"steps", {&steps, DType::i64, {}}}};
}

std::string small_file() { return text_of(safetensors_bytes(small_tensors(), {{"format", "pt"}})); }

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_safetensors)

BOOST_AUTO_TEST_CASE(reads_what_the_safetensors_package_wrote) {
    const SafetensorsFile file = SafetensorsFile::open(recorded_path());
    BOOST_CHECK_EQUAL(file.tensors().size(), 11);
    const SafetensorsMetadata metadata = {{"format", "pt"},
                                          {"n\xC3\xA4me", "quote \" backslash \\ tab \t"}};
    BOOST_CHECK(file.metadata() == metadata);

    const ConstTensorView* conv = file.find("conv.weight");
    BOOST_REQUIRE(conv != nullptr);
    BOOST_CHECK_EQUAL(type_text(conv->dtype, conv->shape), "f32[2, 3, 4]");
    for (int i = 0; i < 24; ++i) BOOST_CHECK_EQUAL(conv->as<float>()[i], i / 8.0f - 1);
    BOOST_CHECK(std::isnan(file.find("conv.bias")->as<double>()[3]));
    BOOST_CHECK_EQUAL(*file.find("steps")->as<int64_t>(), -(int64_t{1} << 40));
    BOOST_CHECK_EQUAL(file.find("index")->as<int32_t>()[3], -4);
    BOOST_CHECK_EQUAL(file.find("short")->as<int16_t>()[1], -300);
    BOOST_CHECK_EQUAL(file.find("tiny")->as<int8_t>()[0], -128);
    BOOST_CHECK_EQUAL(file.find("bytes")->as<uint8_t>()[4], 4);
    BOOST_CHECK_EQUAL(file.find("mask")->as<bool>()[2], true);
    BOOST_CHECK(file.find("half")->dtype == DType::f16);
    BOOST_CHECK_EQUAL(element_count(file.find("empty")->shape), 0);
    BOOST_CHECK_EQUAL(file.find("quote \" slash \\ \xF0\x9F\x98\x80")->as<float>()[0], 7);
    BOOST_CHECK(file.find("conv") == nullptr);
}

BOOST_AUTO_TEST_CASE(writes_the_same_bytes_as_the_safetensors_package) {
    const SafetensorsFile file = SafetensorsFile::open(recorded_path());
    BOOST_CHECK(text_of(safetensors_bytes(file.tensors(), file.metadata())) ==
                read_text(recorded_path()));
}

BOOST_AUTO_TEST_CASE(header_keeps_the_order_and_data_are_aligned) {
    const std::string header = R"({"__metadata__":{"format":"pt"},)"
                               R"("mask":{"dtype":"BOOL","shape":[3],"data_offsets":[32,35]},)"
                               R"("fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},)"
                               R"("steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})";
    const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
    const std::string text = small_file();
    BOOST_CHECK_EQUAL(text.substr(8, padded.size()), padded);
    BOOST_CHECK_EQUAL(text.size(), 8 + padded.size() + 35);
    BOOST_CHECK(text == small_file());

    const SafetensorsFile file = SafetensorsFile::parse(bytes_of(text), "w.safetensors");
    BOOST_CHECK_EQUAL(file.tensors()[0].name, "mask");
    BOOST_CHECK_EQUAL(file.tensors()[2].name, "steps");
    BOOST_CHECK_EQUAL(file.find("fc.weight")->as<float>()[5], 6);
}

BOOST_AUTO_TEST_CASE(saves_to_a_file) {
    const TemporaryFolder folder;
    save_safetensors(folder / "w", small_tensors(), {{"format", "pt"}});
    BOOST_CHECK(read_text(folder / "w") == small_file());
    // The views stay good when the object moves.
    std::vector<SafetensorsFile> files;
    files.push_back(SafetensorsFile::open(folder / "w"));
    const ConstTensorView* found = files[0].find("steps");
    const void* data = found->data;
    files.push_back(SafetensorsFile::open(folder / "w"));
    BOOST_CHECK(files[0].find("steps")->data == data);
    BOOST_CHECK_EQUAL(*files[0].find("steps")->as<int64_t>(), 7);
}

BOOST_AUTO_TEST_CASE(no_tensors_is_a_file_too) {
    const std::string text = text_of(safetensors_bytes({}));
    BOOST_CHECK_EQUAL(text, file_text("{}      ", ""));
    BOOST_CHECK(SafetensorsFile::parse(bytes_of(text), "w").tensors().empty());
}

BOOST_AUTO_TEST_CASE(data_at_odd_addresses_are_copied) {
    const std::string text = file_text(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                       {reinterpret_cast<const char*>(weight), 4});
    for (size_t offset = 0; offset < 4; ++offset) {
        const ExactCopy copy(text, offset);
        const SafetensorsFile file = SafetensorsFile::parse(copy.bytes(), "w");
        BOOST_CHECK_EQUAL(reinterpret_cast<uintptr_t>(file.find("a")->data) % 4, 0);
        BOOST_CHECK_EQUAL(*file.find("a")->as<float>(), 1);
    }
}

BOOST_AUTO_TEST_CASE(damaged_frames_are_refused) {
    BOOST_CHECK_EQUAL(parse_error("12345"),
                      "safetensors: 'w.safetensors': the file has 5 bytes, the size of the header "
                      "alone takes 8 [safetensors.truncated]");
    BOOST_CHECK_EQUAL(
        parse_error(file_text("{}", "").substr(0, 9)),
        "safetensors: 'w.safetensors': the file has 9 bytes, its header should end at "
        "byte 10 [safetensors.truncated]");
    BOOST_CHECK_EQUAL(parse_error("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}"),
                      "safetensors: 'w.safetensors': the header of 18446744073709551615 bytes is "
                      "larger than the limit of 100000000; this may be no safetensors file "
                      "[safetensors.header_size]");
    BOOST_CHECK_EQUAL(header_error(" {}"),
                      "safetensors: 'w.safetensors': the header begins with ' ' instead of '{' "
                      "[safetensors.header_start]");
    BOOST_CHECK_EQUAL(header_error(""),
                      "safetensors: 'w.safetensors': the header begins with nothing instead of '{' "
                      "[safetensors.header_start]");
    BOOST_CHECK_EQUAL(
        header_error("{} x"),
        "safetensors: 'w.safetensors': expected the end at byte 3 of the header, found "
        "'x' [safetensors.json]");
    BOOST_CHECK_EQUAL(
        header_error(R"({"a":1})"),
        "safetensors: 'w.safetensors': expected '{' at byte 5 of the header, found '1' "
        "[safetensors.json]");
    BOOST_CHECK_EQUAL(header_error(R"({"__metadata__":{"a":1}})"),
                      "safetensors: 'w.safetensors': expected '\"' at byte 21 of the header, found "
                      "'1' [safetensors.json]");
    const std::string deep(1'000'000, '[');
    BOOST_CHECK_EQUAL(
        header_error(R"({"a":{"shape":)" + deep),
        "safetensors: 'w.safetensors': expected an integer from 0 up at byte 15 of the "
        "header, found '[' [safetensors.json]");
}

BOOST_AUTO_TEST_CASE(keys_that_come_twice_are_refused) {
    const std::string a = R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    BOOST_CHECK_EQUAL(header_error("{" + a + "," + a + "}"),
                      "safetensors: 'w.safetensors': tensor 'a' comes twice "
                      "[safetensors.duplicate_key]");
    BOOST_CHECK_EQUAL(header_error(R"({"a":{"dtype":"U8","dtype":"U8"}})"),
                      "safetensors: 'w.safetensors': tensor 'a': field 'dtype' comes twice "
                      "[safetensors.duplicate_key]");
    BOOST_CHECK_EQUAL(header_error(R"({"__metadata__":{},"__metadata__":{}})"),
                      "safetensors: 'w.safetensors': key '__metadata__' comes twice "
                      "[safetensors.duplicate_key]");
    BOOST_CHECK_EQUAL(header_error(R"({"__metadata__":{"b":"","b":""}})"),
                      "safetensors: 'w.safetensors': key 'b' of __metadata__ comes twice "
                      "[safetensors.duplicate_key]");
}

BOOST_AUTO_TEST_CASE(bad_fields_are_refused) {
    BOOST_CHECK_EQUAL(header_error(R"({"a":{"dtype":"C64","shape":[],"data_offsets":[0,8]}})"),
                      "safetensors: 'w.safetensors': tensor 'a': dtype 'C64' is none of F32, F64, "
                      "I64, I32, U8, BOOL, F16, BF16, I8, I16 [safetensors.dtype]");
    BOOST_CHECK_EQUAL(header_error(R"({"a":{"dtype":"U8","shape":[0]}})"),
                      "safetensors: 'w.safetensors': tensor 'a': no field 'data_offsets' "
                      "[safetensors.missing_field]");
    BOOST_CHECK_EQUAL(header_error(R"({"a":{"stride":[1]}})"),
                      "safetensors: 'w.safetensors': tensor 'a': unknown field 'stride' "
                      "[safetensors.unknown_field]");
    BOOST_CHECK_EQUAL(
        header_error(
            R"({"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,0]}})"),
        "safetensors: 'w.safetensors': tensor 'a': f32[4611686018427387904, 2] has too many bytes "
        "to "
        "count [safetensors.size]");
    BOOST_CHECK_EQUAL(
        header_error(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}})",
                     std::string(20, '\0')),
        "safetensors: 'w.safetensors': tensor 'a': f32[2, 3] takes 24 bytes, data_offsets [0, 20] "
        "hold 20 [safetensors.size_mismatch]");
}

BOOST_AUTO_TEST_CASE(data_must_be_covered_once) {
    const auto u8 = [](int begin, int end) {
        return R"({"dtype":"U8","shape":[)" + std::to_string(end - begin) +
               R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
    };
    const auto error = [&](const std::string& a, const std::string& b) {
        return header_error(R"({"a":)" + a + R"(,"b":)" + b + "}", "12345678");
    };
    BOOST_CHECK_EQUAL(error(u8(4, 8), u8(0, 4)), "no error");
    BOOST_CHECK_EQUAL(error(u8(0, 8), u8(8, 8)), "no error");
    BOOST_CHECK_EQUAL(
        error(u8(0, 5), u8(4, 8)),
        "safetensors: 'w.safetensors': tensors 'a' at [0, 5] and 'b' at [4, 8] overlap "
        "[safetensors.overlap]");
    BOOST_CHECK_EQUAL(
        error(u8(0, 3), u8(4, 8)),
        "safetensors: 'w.safetensors': no tensor holds the bytes 3 to 4 before tensor "
        "'b' [safetensors.hole]");
    BOOST_CHECK_EQUAL(error(u8(0, 3), u8(3, 7)),
                      "safetensors: 'w.safetensors': the tensors hold 7 of 8 bytes of data "
                      "[safetensors.trailing_bytes]");
    BOOST_CHECK_EQUAL(
        error(u8(0, 3), u8(3, 9)),
        "safetensors: 'w.safetensors': tensor 'b': data_offsets [3, 9] go beyond the 8 "
        "bytes of data [safetensors.offsets]");
    BOOST_CHECK_EQUAL(
        header_error(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}})", "12"),
        "safetensors: 'w.safetensors': tensor 'a': data_offsets [2, 1] end before they begin "
        "[safetensors.offsets]");
}

BOOST_AUTO_TEST_CASE(writer_checks_names) {
    const auto error = [](std::vector<std::string> names,
                          const SafetensorsMetadata& metadata = {}) {
        std::vector<NamedTensor> tensors;
        for (const std::string& name : names) tensors.push_back({name, {weight, DType::f32, {1}}});
        return message_of([&] { safetensors_bytes(tensors, metadata); });
    };
    BOOST_CHECK_EQUAL(error({"a", "b", "a"}),
                      "safetensors: key 'a' comes twice [safetensors.duplicate_key]");
    BOOST_CHECK_EQUAL(error({}, {{"k", "1"}, {"k", "2"}}),
                      "safetensors: key 'k' comes twice [safetensors.duplicate_key]");
    BOOST_CHECK_EQUAL(error({"__metadata__"}),
                      "safetensors: the tensor name '__metadata__' is reserved [safetensors.name]");
    BOOST_CHECK_EQUAL(error({"\xFF"}),
                      "safetensors: tensor name '\\xff' is not UTF-8 [safetensors.name]");
    BOOST_CHECK_EQUAL(error({}, {{"k", "\xFF"}}),
                      "safetensors: metadata value '\\xff' is not UTF-8 [safetensors.name]");
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    const std::string text = small_file();
    for (size_t size = 0; size < text.size(); ++size) {
        const std::string message = parse_error(text.substr(0, size));
        BOOST_CHECK_MESSAGE(message != "no error", "cut to " << size << " of " << text.size());
    }
    BOOST_CHECK_EQUAL(parse_error(text), "no error");
}

BOOST_AUTO_TEST_CASE(flipped_bytes_give_an_error_or_tensors) {
    const unsigned seed = std::random_device()();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    const std::string good = small_file();
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = good;
        for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
            text[random() % text.size()] ^= static_cast<char>(1 << random() % 8);
        }
        const ExactCopy copy(text);
        try {
            sum_of_bytes(SafetensorsFile::parse(copy.bytes(), "w"));
        } catch (const UserError& error) {
            ++refused;
        } catch (const std::exception& error) {
            BOOST_ERROR("seed " << seed << ", round " << round << ": " << error.what());
        }
    }
    BOOST_CHECK_MESSAGE(refused > 10'000, "seed " << seed << ": only " << refused << " refused");
}

BOOST_AUTO_TEST_SUITE_END()
