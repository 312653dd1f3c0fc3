from django.db import migrations

# Whether one of these people made a call that a hold on an assistant or a period covers; a person of the panel stands in `person`.
SQL = """
CREATE OR REPLACE FUNCTION panel_touched(subjects uuid[], of_assistant uuid, first date, last date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM conversations_call c
        WHERE (c.subject = ANY (subjects) OR c.person = ANY (subjects))
          AND (of_assistant IS NULL OR c.assistant = of_assistant)
          AND (first IS NULL OR c.day >= first) AND (last IS NULL OR c.day <= last)
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_held"), ("holds", "0003_whom_it_touches")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
