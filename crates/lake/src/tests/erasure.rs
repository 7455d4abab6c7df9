use super::*;

/// Every file of the folder whose bytes, or whose decoded rows, hold the text.
async fn holders(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let bytes = std::fs::read(&entry).unwrap();
            let plain = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            if plain || decoded(&entry).contains(text) {
                found.push(entry.display().to_string());
            }
        }
    }
    found
}

/// Pages are compressed: look into them as a reader would.
fn decoded(path: &Path) -> String {
    use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    if path.extension().is_none_or(|extension| extension != "parquet") {
        return String::new();
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).unwrap()).unwrap().build().unwrap();
    reader.map(|batch| format!("{:?}", json::rows_of(&batch.unwrap()).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn erasure_leaves_no_bytes_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=7 {
        lake.append(&batch(k, 60, 6)).await.unwrap();
        if k < 7 {
            lake.flush().await.unwrap();
        }
        if k == 3 {
            // A reader keeps the old files from being deleted: erasure must not forget them.
            let _reading = lake.inner.readers.read().await;
            lake.compact_fully().await.unwrap();
        }
    }
    let secret = "secret-of-4-end";
    assert!(holders(folder.path(), secret).await.len() > 4, "the test would find it: old files, new files");
    let erased = lake.erase(ONE, &[ProfileId::new(4)]).await.unwrap();
    assert_eq!(erased, Erased { rows: 70, files: 4 });
    assert_eq!(holders(folder.path(), secret).await, Vec::<String>::new());
    assert_eq!(rows(&lake, ONE).await, (350, 350));
    lake.flush().await.unwrap();
    assert_eq!(holders(folder.path(), secret).await, Vec::<String>::new(), "nor from the tail later");
    assert!(!holders(folder.path(), "secret-of-5-end").await.is_empty(), "others stay");
    assert_eq!(lake.erase(ONE, &[ProfileId::new(4)]).await.unwrap(), Erased::default());
    let lake = reopen(lake, folder.path()).await;
    assert_eq!(rows(&lake, ONE).await, (350, 350));
    assert!(lake.timeline(ONE, &[ProfileId::new(4)], None, 5, &TimelineFilter::default()).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_in_one_workspace_leaves_the_other_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let events = (0..40).map(|n| event(if n % 2 == 0 { ONE } else { TWO }, 1, n, "Seen")).collect();
    lake.append(&batch_of(1, events)).await.unwrap();
    lake.flush().await.unwrap();
    let erased = lake.erase(ONE, &[ProfileId::new(1), ProfileId::new(2)]).await.unwrap();
    assert_eq!(erased, Erased { rows: 20, files: 1 });
    assert_eq!((rows(&lake, ONE).await, rows(&lake, TWO).await), ((0, 0), (20, 20)));
    assert_eq!(parquet_files(folder.path()).len(), 1, "a file without rows is not written");
}
