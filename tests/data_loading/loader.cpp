#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>

#include "dsl/data.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

using namespace data;

/// Sample i is the number i, its target i squared.
struct Squares : data::Dataset<Squares> {
    size_t count;
    size_t bad = SIZE_MAX;  ///< the sample that cannot be had
    explicit Squares(size_t n) : count(n) {}
    Example<> get(size_t index) override {
        if (index == bad) throw std::runtime_error("sample " + std::to_string(index));
        const auto i = static_cast<double>(index);
        return {tensor(i), tensor(i * i)};
    }
    std::optional<size_t> size() const override { return count; }
};

struct Countdown : datasets::IterableDataset<Countdown> {
    int64_t from, at;
    explicit Countdown(int64_t n) : from(n), at(n) {}
    std::optional<Example<>> next() override {
        if (at == 0) return std::nullopt;
        --at;
        return Example<>(tensor(at), tensor(-at));
    }
    void reset() override { at = from; }
};

template <class Loader>
std::vector<double> values_of(Loader& loader) {
    std::vector<double> values;
    for (auto& batch : loader) {
        const std::vector<double> rows = batch.data.template to_vector<double>();
        values.insert(values.end(), rows.begin(), rows.end());
    }
    return values;
}

auto stacked(size_t count) { return Squares(count).map(transforms::Stack<>()); }

void write_idx(const std::string& path, const std::vector<int>& sizes, const std::string& bytes) {
    std::string header{0, 0, 8, static_cast<char>(sizes.size())};
    for (const int size : sizes)
        header += {0, 0, static_cast<char>(size / 256), static_cast<char>(size % 256)};
    std::ofstream(path, std::ios::binary) << header << bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(data_loader)

BOOST_AUTO_TEST_CASE(batches_come_in_order_for_any_number_of_workers) {
    for (const size_t workers : {0, 1, 3, 8}) {
        auto loader = make_data_loader<samplers::SequentialSampler>(
            stacked(23), DataLoaderOptions().batch_size(4).workers(workers));
        for (int epoch = 0; epoch < 2; ++epoch) {
            std::vector<int64_t> sizes;
            int64_t next = 0;
            for (auto& batch : *loader) {
                sizes.push_back(batch.data.size(0).constant());
                for (const double value : batch.data.to_vector<double>())
                    BOOST_REQUIRE_EQUAL(value, next++);
                BOOST_REQUIRE(batch.target.equal(batch.data * batch.data));
            }
            BOOST_CHECK(sizes == std::vector<int64_t>({4, 4, 4, 4, 4, 3}));
        }
    }
    auto full = make_data_loader<samplers::SequentialSampler>(
        stacked(23), DataLoaderOptions(4).drop_last(true).workers(2));
    BOOST_CHECK_EQUAL(values_of(*full).size(), 20);
}

BOOST_AUTO_TEST_CASE(the_seed_decides_the_order) {
    const auto order = [](uint64_t seed, size_t workers) {
        manual_seed(seed);
        auto loader = make_data_loader(stacked(50), DataLoaderOptions(7).workers(workers));
        std::vector<double> values = values_of(*loader);
        const std::vector<double> second = values_of(*loader);
        BOOST_CHECK(values != second);
        values.insert(values.end(), second.begin(), second.end());
        return values;
    };
    BOOST_CHECK(order(3, 0) == order(3, 4));
    BOOST_CHECK(order(3, 0) != order(4, 0));
    const std::vector<double> two_epochs = order(3, 2);
    BOOST_CHECK_EQUAL(std::set<double>(two_epochs.begin(), two_epochs.begin() + 50).size(), 50);
}

BOOST_AUTO_TEST_CASE(what_a_dataset_throws_reaches_the_loop) {
    for (const size_t workers : {0, 3}) {
        Squares squares(20);
        squares.bad = 9;
        auto loader = make_data_loader<samplers::SequentialSampler>(
            squares.map(transforms::Stack<>()), DataLoaderOptions(2).workers(workers));
        int batches = 0;
        const auto run = [&] {
            for (auto& batch : *loader) batches += batch.data.defined();
        };
        BOOST_CHECK_EXCEPTION(run(), std::runtime_error, [](const std::exception& e) {
            return e.what() == std::string("sample 9");
        });
        BOOST_CHECK_EQUAL(batches, 4);
    }
}

BOOST_AUTO_TEST_CASE(a_loop_may_be_left_and_begun_again) {
    auto loader = make_data_loader<samplers::SequentialSampler>(stacked(100),
                                                                DataLoaderOptions(5).workers(3));
    for (int round = 0; round < 5; ++round) {
        int batches = 0;
        for (auto& batch : *loader) {
            BOOST_REQUIRE_EQUAL(batch.data.array().at(0), batches * 5);
            if (++batches == round) break;
        }
    }
    BOOST_CHECK_EQUAL(values_of(*loader).size(), 100);
    loader->begin();  // and the loader may go while its workers run
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_late_is_an_error) {
    auto slow = Squares(4).map(transforms::Lambda<Example<>>([](Example<> sample) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return sample;
    }));
    auto loader = make_data_loader<samplers::SequentialSampler>(
        slow, DataLoaderOptions(1).workers(1).timeout(std::chrono::milliseconds(5)));
    check_error("data.timeout", [&] { loader->begin(); });
    check_error("data.batch_size", [] { make_data_loader(stacked(3), 0); });
}

BOOST_AUTO_TEST_CASE(transforms_follow_each_other) {
    auto dataset =
        Squares(6)
            .map(transforms::Lambda<Example<>>(
                [](Example<> e) { return Example<>(e.data + 1, e.target); }))
            .map(transforms::TensorLambda<>([](Tensor x) { return x.reshape({1, 1, 1}); }))
            .map(transforms::Normalize<>(1, 2))
            .map(transforms::Stack<>())
            .map(transforms::BatchLambda<Example<>, Tensor>(
                [](Example<> e) { return e.data.flatten() + e.target; }));
    const std::vector<size_t> indices{0, 5, 2};
    check_equal(dataset.get_batch(indices), tensor({0.0, 27.5, 5.0}));
    BOOST_CHECK_EQUAL(dataset.size().value(), 6);
}

BOOST_AUTO_TEST_CASE(iterable_datasets_run_to_their_end) {
    for (const size_t workers : {0, 2}) {
        auto dataset = datasets::ChainDataset<Countdown>({Countdown(3), Countdown(4)});
        auto loader = make_data_loader<samplers::StreamSampler>(
            dataset, DataLoaderOptions(2).workers(workers));
        for (int epoch = 0; epoch < 2; ++epoch) {
            std::vector<int64_t> values;
            for (auto& batch : *loader) {
                for (Example<>& sample : batch) values.push_back(sample.data.item<int64_t>());
            }
            BOOST_CHECK(values == std::vector<int64_t>({2, 1, 0, 3, 2, 1, 0}));
        }
    }
}

BOOST_AUTO_TEST_CASE(datasets_are_joined_and_split) {
    datasets::ConcatDataset<Squares> joined({Squares(3), Squares(0), Squares(2)});
    BOOST_CHECK_EQUAL(joined.size().value(), 5);
    BOOST_CHECK_EQUAL(joined.get(3).data.item<double>(), 0);
    BOOST_CHECK_EQUAL(joined.get(4).data.item<double>(), 1);
    check_error("data.index", [&] { joined.get(5); });
    auto parts = datasets::random_split(Squares(10), {7, 3});
    std::set<double> seen;
    for (auto& part : parts) {
        for (size_t i = 0; i < part.size().value(); ++i)
            seen.insert(part.get(i).data.item<double>());
    }
    BOOST_CHECK_EQUAL(parts[1].size().value(), 3);
    BOOST_CHECK_EQUAL(seen.size(), 10);
    check_error("data.split", [] { datasets::random_split(Squares(10), {7, 4}); });
    datasets::TensorDataset rows(arange(6).view({3, 2}));
    check_equal(rows.get(2).data, tensor({4, 5}));
    datasets::PairDataset pairs(arange(6).view({3, 2}), arange(3));
    check_equal(pairs.get(1).target, tensor(1));
    check_error("data.sizes", [] { datasets::PairDataset(arange(3), arange(4)); });
}

BOOST_AUTO_TEST_CASE(samplers_draw_what_they_say) {
    using Batch = std::vector<size_t>;
    samplers::DistributedSequentialSampler third(10, 3, 2);
    BOOST_CHECK(third.next(9).value() == Batch({8, 9, 0, 1}));
    samplers::DistributedSequentialSampler shorter(10, 3, 2, /*allow_duplicates=*/false);
    BOOST_CHECK(shorter.next(9).value() == Batch({6, 7, 8}));
    std::multiset<size_t> dealt;
    for (size_t rank = 0; rank < 3; ++rank) {
        samplers::DistributedRandomSampler share(9, 3, rank);
        const Batch batch = share.next(9).value();
        dealt.insert(batch.begin(), batch.end());
        share.set_epoch(1);
        share.reset();
        BOOST_CHECK(share.next(9).value() != batch);
    }
    BOOST_CHECK(dealt == std::multiset<size_t>({0, 1, 2, 3, 4, 5, 6, 7, 8}));
    samplers::WeightedRandomSampler weighted({0, 1, 0, 3}, 200);
    const Batch drawn = weighted.next(200).value();
    const auto threes = std::count(drawn.begin(), drawn.end(), size_t{3});
    BOOST_CHECK_EQUAL(threes + std::count(drawn.begin(), drawn.end(), size_t{1}), 200);
    BOOST_CHECK(threes > 120 && threes < 180);  // 150 expected, 5 standard deviations are 31
    samplers::SubsetRandomSampler subset({4, 7});
    const Batch two = subset.next(5).value();
    BOOST_CHECK(std::set<size_t>(two.begin(), two.end()) == std::set<size_t>({4, 7}));
    BOOST_CHECK(!subset.next(5));
    check_error("data.rank", [] { samplers::DistributedRandomSampler(4, 2, 2); });
}

BOOST_AUTO_TEST_CASE(samples_are_collated_to_any_depth) {
    using Sample =
        std::pair<std::map<std::string, Tensor>, std::tuple<int, std::string, std::vector<float>>>;
    const std::vector<Sample> samples{{{{"x", tensor({1, 2})}}, {3, "a", {1, 2}}},
                                      {{{"x", tensor({3, 4})}}, {5, "b", {3, 4}}}};
    const auto batch = default_collate(samples);
    check_equal(batch.first.at("x"), tensor({{1, 2}, {3, 4}}));
    check_equal(std::get<0>(batch.second), tensor({3, 5}));
    BOOST_CHECK(std::get<1>(batch.second) == std::vector<std::string>({"a", "b"}));
    check_equal(std::get<2>(batch.second)[1], tensor({2.0, 4.0}));
    check_error("data.ragged", [] { default_collate(std::vector<std::vector<int>>{{1}, {1, 2}}); });
    check_error("data.empty_batch", [] { default_collate(std::vector<Tensor>{}); });
}

BOOST_AUTO_TEST_CASE(mnist_is_read_from_idx_files) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / "lithe_mnist_test";
    std::filesystem::create_directories(folder);
    const std::string root = folder.string();
    write_idx(root + "/train-images-idx3-ubyte", {2, 2, 3},
              std::string("\x00\x33\x66\x99\xcc\xff\x00\x00\x00\x00\x00\xff", 12));
    write_idx(root + "/train-labels-idx1-ubyte", {2}, std::string("\x07\x02", 2));
    datasets::MNIST mnist(root);
    BOOST_CHECK_EQUAL(mnist.size().value(), 2);
    BOOST_CHECK_EQUAL(mnist.get(0).data.type().str(), "f32[1, 2, 3]");
    BOOST_CHECK_CLOSE(mnist.get(0).data.array().at(1), 0.2, 1e-4);
    BOOST_CHECK_EQUAL(mnist.get(1).target.item<int64_t>(), 2);
    check_error("file.open", [&] { datasets::MNIST(root, datasets::MNIST::Mode::kTest); });
    write_idx(root + "/train-labels-idx1-ubyte", {3}, std::string("\x07\x02", 2));
    check_error("mnist.format", [&] { datasets::MNIST{root}; });
    std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
